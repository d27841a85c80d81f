"""Payloads to look at and to test with: a project in the shape of the example, and one as large as asked for."""
import random

STAMP = "2026-03-02T08:15:04Z"

EXAMPLE = {
    "astrology": {
        "seed": ["astrologs", "chat_users", "astrolog_user_ref", "astrolog_ping_events", "chat_events"],
        "bronze": {"raw_astrologs": ["astrologs"], "raw_users": ["chat_users"], "raw_astrolog_user_ref": ["astrolog_user_ref"],
                   "raw_astrolog_ping_events": ["astrolog_ping_events"], "raw_chat_events": ["chat_events"]},
        "int": {"int_astrolog_ping_event_extended": ["raw_astrolog_ping_events", "raw_astrologs", "raw_astrolog_user_ref"]},
        "gold": {"astrologs_activity": ["int_astrolog_ping_event_extended", "raw_chat_events"],
                 "pings_amount": ["raw_astrolog_ping_events"],
                 "pings_chat_duration": ["int_astrolog_ping_event_extended", "raw_chat_events"],
                 "pings_conversion": ["int_astrolog_ping_event_extended", "raw_chat_events"],
                 "user_type_conversion": ["int_astrolog_ping_event_extended", "raw_chat_events", "raw_users"]},
    },
    "ecommerce": {
        "seed": ["events_flat"],
        "bronze": {"stg_events_flat_partitioned_clustered": ["events_flat"]},
        "int": {"int_sessions": ["stg_events_flat_partitioned_clustered"],
                "int_aggregated_events": ["stg_events_flat_partitioned_clustered", "int_sessions"],
                "int_customer_journey_data": ["int_sessions"]},
        "mart": {"mart_user_behavior_metrics": ["int_sessions", "int_aggregated_events"],
                 "mart_customer_journey_metrics": ["int_customer_journey_data"],
                 "mart_product_insights": ["int_aggregated_events"]},
    },
    "greenery": {
        "seed": ["events", "users", "products", "promos", "addresses", "greenery_orders", "greenery_order_items"],
        "bronze": {"stg_events": ["events"], "stg_users": ["users"], "stg_products": ["products"], "stg_promos": ["promos"],
                   "stg_addresses": ["addresses"], "stg_greenery_orders": ["greenery_orders"],
                   "stg_greenery_order_items": ["greenery_order_items"]},
        "int": {"int_session_events_agg": ["stg_events"]},
        "mart": {"core/fct_events": ["stg_events"], "core/dim_users": ["stg_users", "stg_addresses"], "core/dim_products": ["stg_products"],
                 "core/fact_orders": ["stg_greenery_orders", "stg_greenery_order_items", "stg_promos"],
                 "marketing/user_order_facts": ["dim_users", "fact_orders"], "marketing/user_repeat_rate": ["fact_orders"],
                 "product/fct_user_sessions": ["int_session_events_agg", "dim_users"], "product/fact_page_views": ["fct_events", "dim_products"],
                 "product/fact_user_sessions": ["fct_user_sessions"],
                 "product/fact_daily_performance_by_product": ["fact_page_views", "fact_orders", "dim_products"],
                 "product/conversion_rate_overall": ["int_session_events_agg"],
                 "product/conversion_rate_by_product": ["fact_page_views", "int_session_events_agg"]},
    },
    "customer_360": {
        "seed": [],
        "source": ["customers", "orders", "order_items", "payments", "customer_interactions", "website_activity"],
        "bronze": {"stg_customers": ["customers"], "stg_orders": ["orders"], "stg_order_items": ["order_items"], "stg_payments": ["payments"],
                   "stg_customer_interactions": ["customer_interactions"], "stg_website_activity": ["website_activity"]},
        "int": {"int_customer_orders": ["stg_customers", "stg_orders", "stg_order_items"]},
        "mart": {"mart_customer_360": ["int_customer_orders", "stg_payments", "stg_customer_interactions", "stg_website_activity"]},
    },
}

ABOUT = {
    "fact_orders": "<p>One row an order, with what was ordered, what it cost and which promotion took how much off.</p>\n"
                   "<p>Grain: <code>order_id</code>. Orders that were cancelled before payment stay in, with <code>status = 'cancelled'</code>, "
                   "because marketing counts them; every rate below filters them.</p>\n<ul>\n<li><strong>Revenue</strong> is after promotions and before shipping.</li>\n"
                   "<li>Times are UTC.</li>\n</ul>\n<table><thead><tr><th>status</th><th>meaning</th></tr></thead><tbody><tr><td>preparing</td><td>paid, not sent</td></tr>"
                   "<tr><td>shipped</td><td>with the carrier</td></tr><tr><td>delivered</td><td>at the door</td></tr></tbody></table>\n",
    "mart_customer_360": "<p>All that is known of a customer in one row: orders, spend, completed payments, interactions and activity on the site.</p>\n",
    "conversion_rate_by_product": "<p>Sessions that bought a product ÷ sessions that viewed it. See <a href=\"#!/model/model.shop.conversion_rate_overall\">the overall rate</a>.</p>\n",
}

COLUMNS = [("id", "INTEGER", "Key."), ("user_id", "TEXT", "The user; joins to <code>dim_users</code>."), ("created_at", "TIMESTAMP", "When it happened, in UTC."),
           ("status", "TEXT", "Where the order stands."), ("amount", "NUMERIC", "In dollars, after promotions."), ("session_id", "TEXT", "The visit it belongs to."),
           ("page_url", "TEXT", ""), ("promo_id", "TEXT", "Promotion used, if any."), ("country", "TEXT", "Two letters, ISO 3166."), ("loaded_at", "TIMESTAMP", "")]


def sql(name, parents, family="angle"):
    a, b = ("<<", ">>") if family == "angle" else ("{{", "}}")
    s, t = ("<%", "%>") if family == "angle" else ("{%", "%}")
    raw = ["%s config(materialized='table', tags=['daily']) %s" % (a, b), "", "-- %s: one row a thing" % name, "with"]
    compiled = ["", "", "-- %s: one row a thing" % name, "with"]
    for k, p in enumerate(parents or ["nothing"]):
        raw += ["%s as (" % p, "    select *", "    from %s ref('%s') %s" % (a, p, b), "),"]
        compiled += ["%s as (" % p, "    select *", "    from main.%s" % p, "),"]
    first = (parents or ["nothing"])[0]
    raw += ["final as (", "    select", "        user_id,", "        %s for status in ['shipped', 'delivered'] -%s" % (s, t),
            "        count(*) filter (where status = '%s status %s') as orders_%s status %s," % (a, b, a, b), "        %s- endfor %s" % (s, t),
            "        round(sum(amount) * 1.0 / nullif(count(*), 0), 2) as average_amount", "    from %s" % first,
            "    where created_at >= '2024-01-01'", "    group by 1", ")", "select * from final", ""]
    compiled += ["final as (", "    select", "        user_id,", "        count(*) filter (where status = 'shipped') as orders_shipped,",
                 "        count(*) filter (where status = 'delivered') as orders_delivered,",
                 "        round(sum(amount) * 1.0 / nullif(count(*), 0), 2) as average_amount", "    from %s" % first,
                 "    where created_at >= '2024-01-01'", "    group by 1", ")", "select * from final", ""]
    return "\n".join(raw), "\n".join(compiled)


class Maker:
    def __init__(self, name, seed):
        self.random = random.Random(seed)
        self.nodes, self.code, self.number = [], [], {}
        self.project = name

    def add(self, node, code=None):
        self.number[node["id"]] = len(self.nodes)
        self.nodes.append({k: v for k, v in node.items() if v not in (None, [], "")})
        self.code.append(list(code) if code else None)
        return len(self.nodes) - 1

    def columns(self, count, typed=True):
        rows = []
        for name, kind, about in COLUMNS[:1] + self.random.sample(COLUMNS[1:], min(count - 1, len(COLUMNS) - 1)):
            rows.append([name, kind if typed else "", "<p>%s</p>\n" % about if about else ""])
        return rows

    def test(self, on, generic, column, args=None, severity="ERROR", result=None):
        n = self.nodes[on]
        name = "_".join([generic, n["name"], column])
        self.add({"id": "test.%s.%s.%010x" % (self.project, name, self.random.getrandbits(40)), "kind": "test", "name": name, "package": self.project,
                  "path": n.get("path", "").rsplit(".", 1)[0] + ".yml", "test": generic, "on": on, "column": column, "args": args or None, "severity": severity,
                  "parents": [on], "result": result},
                 ["", "select %s\nfrom main.%s\nwhere %s is null" % (column, n["name"], column)])


def result(status, time, **more):
    return {"status": status, "time": time, "at": STAMP, **more}


def example():
    m = Maker("shop", 7)
    r = m.random
    by_name = {}
    for domain, parts in EXAMPLE.items():
        for s in parts["seed"]:
            by_name[domain + ":" + s] = m.add({"id": "seed.shop." + s, "kind": "seed", "name": s, "package": "shop", "path": "seeds/%s/%s.csv" % (domain, s), "folders": [domain],
                                "description": "<p>Raw %s, as delivered.</p>\n" % s.replace("_", " "), "relation": "main." + s, "materialized": "seed",
                                "columns": m.columns(4), "result": result("success", r.uniform(0.002, 0.03))})
        for s in parts.get("source", []):
            by_name["source:" + s] = m.add({"id": "source.shop.raw_data." + s, "kind": "source", "name": s, "source": "raw_data", "package": "shop", "loader": "seeds",
                                            "path": "models/bronze/customer_360/sources.yml", "folders": ["bronze", domain], "relation": "raw_data__" + s,
                                            "description": "<p>%s of the shop's own database.</p>\n" % s.replace("_", " ").capitalize(), "columns": m.columns(5),
                                            "freshness": "warn after 12 hours"})
    models = []
    for domain, parts in EXAMPLE.items():
        for layer in ["bronze", "int", "gold", "mart"]:
            for name, parents in parts.get(layer, {}).items():
                folder, _, base = name.rpartition("/")
                folders = [layer, domain] + ([folder] if folder else [])
                numbers = [by_name[next(k for k in ("source:" + p, domain + ":" + p, p) if k in by_name)] for p in parents]
                mat = {"bronze": "view", "int": "view"}.get(layer, "table")
                failed = base == "mart_product_insights"
                i = m.add({"id": "model.shop." + base, "kind": "model", "name": base, "package": "shop", "path": "models/%s/%s.sql" % ("/".join(folders), base),
                           "folders": folders, "relation": "main." + base, "materialized": mat, "tags": ["daily"] if layer != "mart" else ["daily", domain, "published"],
                           "owner": {"greenery": "Growth", "ecommerce": "Web analytics"}.get(domain), "parents": numbers, "columns": m.columns(r.randint(3, 9)),
                           "description": ABOUT.get(base, "" if base in ("pings_amount", "fact_user_sessions") else "<p>%s, by layer %s of %s.</p>\n" % (base.replace("_", " ").capitalize(), layer, domain)),
                           "config": {"materialized": mat, "on_schema_change": "ignore", **({"partition_by": {"field": "created_at"}, "cluster_by": ["user_id"]} if "partitioned" in base else {})},
                           "meta": {"steward": "data@shop.example"} if layer == "mart" else None,
                           "result": result("error", 0.004, message="no such column: prodct_id\n  models/mart/ecommerce/mart_product_insights.sql:14:9\n   14 |         prodct_id,\n      |         ^ did you mean product_id?") if failed
                           else result("success", r.uniform(0.001, 0.02 if mat == "view" else 0.35))}, sql(base, parents))
                by_name[base] = i
                models.append(i)
    m.add({"id": "snapshot.shop.products_snapshot", "kind": "snapshot", "name": "products_snapshot", "package": "shop", "path": "snapshots/products.sql",
           "relation": "snapshots__products_snapshot", "materialized": "snapshot", "parents": [by_name["greenery:products"]], "description": "<p>Prices and stock as they were.</p>\n",
           "columns": m.columns(4), "result": result("success", 0.02)}, sql("products_snapshot", ["products"]))
    m.add({"id": "exposure.shop.weekly_growth", "kind": "exposure", "name": "weekly_growth", "package": "shop", "path": "models/mart/greenery/exposures.yml",
           "exposure_type": "dashboard", "url": "https://bi.shop.example/growth", "maturity": "high", "owner": "Ada Obi <growth@shop.example>",
           "description": "<p>What the growth team looks at each Monday.</p>\n", "parents": [by_name["user_repeat_rate"], by_name["conversion_rate_overall"], by_name["conversion_rate_by_product"]]})
    for name, args in [("cents_to_dollars", [["column_name", "string", "<p>Column of whole cents.</p>\n"], ["digits", "integer", ""]]), ("event_date", [["column_name", "", ""]])]:
        m.add({"id": "macro.shop." + name, "kind": "macro", "name": name, "package": "shop", "path": "macros/money.sql", "arguments": args,
               "description": "<p>A helper of the shop.</p>\n"},
              ["<%% macro %s(column_name, digits=2) %%>\n    round(<< column_name >> / 100.0, << digits >>)\n<%% endmacro %%>" % name])
    macro = len(m.nodes) - 2
    for i in (by_name["fact_orders"], by_name["user_order_facts"]):
        m.nodes[i]["uses"] = [macro]
    for i in models:
        key = m.nodes[i]["columns"][0][0]
        m.test(i, "unique", key, result=result("pass", r.uniform(0.0004, 0.003), failures=0))
        m.test(i, "not_null", key, result=result("pass", r.uniform(0.0004, 0.003), failures=0))
        for c in m.nodes[i]["columns"]:
            if c[0] == "status":
                bad = m.nodes[i]["name"] == "fact_orders"
                m.test(i, "accepted_values", "status", {"values": ["preparing", "shipped", "delivered"]}, result=result("fail" if bad else "pass", 0.001, failures=3 if bad else 0,
                       **({"message": "Got 3 results, configured to fail if != 0"} if bad else {})))
            if c[0] == "page_url" and m.nodes[i]["kind"] == "model":
                bad = m.nodes[i]["name"] in ("stg_events", "fact_page_views", "stg_website_activity", "dim_products")
                m.test(i, "is_url", "page_url", None, "WARN", result("warn", 0.001, failures=12, message="Got 12 results, configured to warn if != 0") if bad
                       else result("pass", 0.001, failures=0))
            if c[0] == "user_id" and r.random() < .4:
                m.test(i, "relationships", "user_id", {"to": "ref('stg_users')", "field": "id"})
    m.add({"id": "test.shop.assert_revenue_is_positive", "kind": "test", "name": "assert_revenue_is_positive", "package": "shop", "path": "tests/assert_revenue_is_positive.sql",
           "parents": [by_name["fact_orders"]], "severity": "ERROR", "result": result("pass", 0.002, failures=0),
           "description": "<p>No day has negative revenue.</p>\n"}, ["select * from << ref('fact_orders') >> where amount < 0\n", "select * from main.fact_orders where amount < 0\n"])
    payload = {"format": 1, "project": {"name": "shop", "generator": "cdbt 0.1.0", "generated_at": STAMP, "adapter": "sqlite", "target": "dev",
                                        "overview": "<p>One warehouse of four domains: astrologers and the people who ask them, events of a web shop, a plant shop named Greenery, and a customer's whole story.</p>\n"},
               "nodes": m.nodes}
    return payload, m.code


def large(count, seed=11):
    m = Maker("warehouse", seed)
    r = m.random
    domains = ["finance", "sales", "marketing", "logistics", "support", "product", "people", "risk", "catalog", "payments", "partners", "web"]
    layers = [("source", .12), ("staging", .3), ("intermediate", .28), ("marts", .24), ("reporting", .06)]
    words = ["order", "user", "session", "invoice", "ledger", "shipment", "ticket", "campaign", "visit", "refund", "item", "price", "stock", "account", "event", "contract"]
    pools = {}
    for layer, share in layers:
        for k in range(int(count * share)):
            domain = domains[k * len(domains) // int(count * share)]
            word = r.choice(words)
            name = {"source": "%s_%s_%d", "staging": "stg_%s__%s_%d", "intermediate": "int_%s_%s_%d", "marts": "fct_%s_%s_%d", "reporting": "rpt_%s_%s_%d"}[layer] % (domain, word, k)
            pool = pools.setdefault((layer, domain), [])
            if layer == "source":
                i = m.add({"id": "source.warehouse.%s.%s" % (domain, name), "kind": "source", "name": name, "source": domain, "package": "warehouse", "path": "models/staging/%s/sources.yml" % domain,
                           "folders": ["staging", domain], "relation": "%s.%s" % (domain, name), "columns": m.columns(6), "description": "<p>Raw %s of %s.</p>\n" % (word, domain)})
                pool.append(i)
                continue
            if layer == "staging":
                near = pools[("source", domain)]
                parents = [near[(k * 7) % len(near)]]
            else:
                lower = {"intermediate": "staging", "marts": "intermediate", "reporting": "marts"}[layer]
                near = pools[(lower, domain)]
                at = r.randrange(len(near))
                parents = {near[(at + r.randrange(6)) % len(near)] for _ in range(r.choice([1, 2, 2, 3, 4]))}
                if r.random() < .3 and pool:
                    parents.add(pool[-1 - r.randrange(min(8, len(pool)))])
                if r.random() < .12:
                    other = pools[(lower, r.choice(domains))] if (lower, r.choice(domains)) in pools else near
                    parents.add(r.choice(other))
                if r.random() < .15 and layer == "marts":
                    parents.add(r.choice(pools[("staging", domain)]))
                parents = sorted(parents)
            i = m.add({"id": "model.warehouse." + name, "kind": "model", "name": name, "package": "warehouse", "path": "models/%s/%s/%s.sql" % (layer, domain, name), "folders": [layer, domain],
                       "relation": "main." + name, "materialized": "view" if layer == "staging" else "table", "tags": [domain] if k % 3 else [domain, "hourly"], "owner": domain.capitalize(),
                       "parents": parents, "columns": m.columns(8), "description": "<p>%s of %s, cleaned and joined for the %s layer; one row a %s.</p>\n" % (word.capitalize(), domain, layer, word) if r.random() < .9 else "",
                       "config": {"materialized": "table"}, "result": result("success" if r.random() < .999 else "error", r.expovariate(8))},
                      sql(name, [m.nodes[p]["name"] for p in parents] * 2, "curly"))
            pool.append(i)
    for i in range(len(m.nodes)):
        if m.nodes[i]["kind"] == "model":
            m.test(i, "unique", "id", result=result("pass" if r.random() < .999 else "fail", 0.001, failures=0))
            m.test(i, "not_null", "id", result=result("pass" if r.random() < .998 else "warn", 0.001, failures=0))
    return {"format": 1, "project": {"name": "warehouse", "generator": "cdbt 0.1.0", "generated_at": STAMP, "adapter": "sqlite", "target": "prod"}, "nodes": m.nodes}, m.code
