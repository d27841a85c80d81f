<# A schema that is named stands alone, on every database: the seeds of raw_data are where the source raw_data reads. #>

<% macro generate_schema_name(custom_schema_name, node) -%>
  << target.schema if custom_schema_name is none else custom_schema_name | trim >>
<%- endmacro %>
