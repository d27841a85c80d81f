def model(dbt, session):
    return "abc
