# dbt.ref("not_this_one")
import pandas as pd


def helper(dbt):
    def model(dbt, session, more):
        return 1
    return model


def model(dbt, session):
    """dbt.ref('nor_this')"""
    dbt.config(
        materialized="incremental", tags=["a", 'b' "c"], meta={"x": -1, "y": (1.5, None)},
        packages=["pandas==2.0"],
    )
    if dbt.is_incremental:
        days = dbt.config.get("days", 7)
    other = dbt.config.get("other")
    owner = dbt.config.meta_get("owner")
    clicks = dbt.source("web", "clicks")
    frames = [f(dbt.ref("raw")) for f in (helper, pd.DataFrame)]
    text = f"{dbt.ref('pythons', 'plain')} rows"
    return frames[0]
