select * from {{ ref('forecast') }}
