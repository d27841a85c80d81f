def model(dbt, session):
    dbt.config.get()
    return dbt.ref()
