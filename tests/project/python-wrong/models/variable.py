def model(dbt, session):
    name = "a"
    return dbt.ref(name)
