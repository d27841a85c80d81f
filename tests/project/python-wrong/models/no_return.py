def model(dbt, session):
    if dbt:
        return 1
    else:
        return 2
