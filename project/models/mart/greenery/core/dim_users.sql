with users as (
    select * from << ref('stg_users') >>
),

addresses as (
    select * from << ref('stg_addresses') >>
)

select
    users.user_id,
    users.first_name,
    users.last_name,
    users.first_name || ' ' || users.last_name as full_name,
    users.email,
    users.phone_number,
    users.created_at as registered_at,
    << date_of('users.created_at') >> as registration_date,
    users.updated_at,
    users.address_id,
    addresses.street_address,
    addresses.zipcode,
    addresses.state,
    addresses.country
from users
left join addresses on users.address_id = addresses.address_id
