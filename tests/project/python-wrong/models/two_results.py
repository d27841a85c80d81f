def model(dbt, session):
    a = 1
    return a, 2
