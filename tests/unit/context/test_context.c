/* Names, refs, config, vars, the environment, dispatch: at parse and at run time. */
#include "unit/context/shop.h"

/* What is near to what was written, or what else there is to say, in the hint. */
static void expect_hint(Shop *s, const char *template, const char *hint)
{
    Str copy = str_dup(s->arena, str_from(template));
    SourceId id = source_add(s->manifest->sources, STR("models/hint.sql"), copy);
    TplOptions options = {.family = TPL_CURLY};
    TplUnit *unit = tpl_parse(s->arena, s->manifest->sources, (Span){id, 0, (uint32_t)copy.len}, &options, &s->sink);
    Value value;
    assert_non_null(unit);
    if (context_render(s->ctx, unit, &value)) fail_msg("%s is no error", template);
    const Diag *newest = &s->sink.items[s->sink.count - 1];
    if (!str_eq(newest->hint, str_from(hint)))
        fail_msg("%s\n  %.*s\n  hint: %.*s\n  want: %s", template, STR_ARG(newest->message), STR_ARG(newest->hint),
                 hint);
    diag_sink_clear(&s->sink);
}

static void test_hints(void **state)
{
    (void)state;
    static const struct {
        const char *template, *near;
    } misspelt[] = {
        {"{{ adapter.get_relaton('a') }}", "get_relation"},
        {"{{ target.nam + 1 }}", "name"},
        {"{{ this.identifer.x }}", "identifier"},
        {"{{ api.Relatoin.create() }}", "Relation"},
        {"{{ api.Relation.creat() }}", "create"},
        {"{{ api.Column.creat() }}", "create"},
        {"{% set c = api.Column('a', 'text') %}{{ c.is_sting() }}", "is_string"},
        {"{{ exceptions.raise_compile_error('x') }}", "raise_compiler_error"},
        {"{{ modules.datetim.datetime }}", "datetime"},
        {"{{ modules.datetime.datetme.now() }}", "datetime"},
        {"{{ modules.datetime.datetime.noww() }}", "now"},
        {"{{ modules.datetime.date(2026, 1, 1).strftme('%Y') }}", ""},
        {"{% set d = modules.datetime.date(2026, 1, 1) %}{{ d.strftme('%Y') }}", "strftime"},
        {"{{ modules.re.serch('a', 'b') }}", "search"},
        {"{% set p = modules.re.compile('a') %}{{ p.serch('b') }}", "search"},
        {"{% set m = modules.re.match('a', 'a') %}{{ m.gruop() }}", "group"},
        {"{{ modules.pytz.timezon('UTC') }}", "timezone"},
        {"{{ modules.itertools.prodct([1]) }}", "product"},
        {"{{ config.gte('x') }}", "get"},
        {"{{ var.has_vra('x') }}", "has_var"},
        {"{{ dbt.dateaddd(1) }}", "dateadd"},
        {"{% set t = run_query('select 1 as amount') %}{{ t.colums[0] }}", "columns"},
        {"{% set t = run_query('select 1 as amount') %}{{ t.columns.amuont.values() }}", "amount"},
        {"{% set t = run_query('select 1 as amount') %}{{ t.columns[0].valeus() }}", "values"},
        {"{% set t = run_query('select 1 as amount') %}{{ t.rows[0].amuont + 1 }}", "amount"},
    };
    Shop s;
    shop_open(&s, CONTEXT_COMPILE);
    for (size_t i = 0; i < sizeof misspelt / sizeof misspelt[0]; i++) {
        char hint[100] = "";
        if (*misspelt[i].near) snprintf(hint, sizeof hint, "did you mean '%s'?", misspelt[i].near);
        expect_hint(&s, misspelt[i].template, hint);
    }
    expect_hint(&s, "{{ nobodys_macro(1) }}", "no macro of this name is in the project or in its packages");
    expect_hint(&s, "{{ dbt_utilities.star(1) }}",
                "if 'dbt_utilities' is a package, it is not installed: name it in packages.yml and run cdbt deps");
    expect_hint(&s, "{% set t = run_query('select 1 as a') %}{{ t.group_by('a') }}",
                "let the query do it: group, join and aggregate in SQL");
    expect_hint(&s, "{% set t = run_query('select 1 as a') %}{{ t.to_csv('x.csv') }}",
                "print_csv() and print_json() write to the screen; cdbt show --output json too");
    expect_hint(&s, "{{ fromjson('[99999999999999999999]') }}", "put it into quotes, so that it is a text");
    expect_hint(&s, "{{ fromyaml('a: 99999999999999999999') }}", "put it into quotes, so that it is a text");
    expect(&s, "{{ fromjson('[1', 7) }} {{ fromyaml('{', 8) }}", "7 8");
    expect(&s, "{{ sql_now }} {{ flags.WHICH is defined }}", "datetime('now') True");
    shop_close(&s);

    shop_open(&s, CONTEXT_PARSE);
    const char *none_yet = "no query runs while the project is read, and its result is none then: "
                           "put what needs it into an `if execute`";
    expect_hint(&s, "{{ run_query('select 1 as a').columns[0] }}", none_yet);
    shop_close(&s);
}

static void test_parse(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_PARSE);
    Captured captured = {0};
    context_set_capture(s.ctx, &captured, s.arena);
    expect(&s,
           "{{ config(materialized='table', tags=['a'], post_hook='x') }}"
           "{{ config({'alias': 'b'}) }}"
           "select * from {{ ref('stg_orders') }} join {{ ref('tools', 'x', v=2) }} join {{ source('raw', 'orders') }}"
           "{% if execute %}never{% endif %}{{ is_incremental() }}",
           "select * from \"mart__daily\" join \"mart__daily\" join \"mart__daily\"False");
    assert_int_equal(captured.ref_count, 2);
    assert_str(captured.refs[0].name, "stg_orders");
    assert_str(captured.refs[0].package, "");
    assert_str(captured.refs[1].package, "tools");
    assert_str(captured.refs[1].name, "x");
    assert_int_equal(captured.refs[1].version.u.integer, 2);
    assert_int_equal(captured.source_count, 1);
    assert_str(captured.sources[0].source, "raw");
    assert_str(captured.sources[0].table, "orders");
    assert_int_equal(captured.config_count, 2);
    assert_non_null(dict_find_str(captured.configs[0].u.dict, STR("post-hook")));
    assert_null(dict_find_str(captured.configs[0].u.dict, STR("post_hook")));
    assert_true(captured.config_spans[0].end > captured.config_spans[0].start);
    assert_int_equal(captured.macro_count, 1);
    assert_str(captured.macros[0], "macro.dbt.is_incremental");
    /* only what is called while parsing, and not by other macros */
    expect(
        &s,
        "{% if execute %}{{ dbt.hash('a') }}{% endif %}{% macro own() %}{{ dbt.length('a') }}{% endmacro %}{{ own() | trim }}"
        "{{ dbt.concat(['b']) }}{% call statement() %}{{ dbt.right('a', 1) }}{% endcall %}",
        "length(a)b");
    assert_int_equal(captured.macro_count, 4);
    assert_str(captured.macros[1], "macro.dbt.length");
    assert_str(captured.macros[2], "macro.dbt.concat");
    assert_str(captured.macros[3], "macro.dbt.statement");

    expect(&s, "{{ config.get('x', 'y') }}{{ config.require('x') }}|{{ var('nowhere') }}", "|None");
    expect(&s, "{{ run_query('select 1') }}|{{ adapter.get_relation('a', 'b', 'c') }}", "|None");
    /* As in dbt, a result is undefined while parsing, and using it is an error. */
    expect(
        &s,
        "{% set r = run_query('select 1') %}{% if execute %}{{ r.columns[0].values() }}{% endif %}{{ r is defined }}",
        "False");
    assert_true(str_starts(shop_render(&s, "{{ run_query('select 1').columns[0].values() }}"),
                           STR("error: [template-undefined] ")));
    expect(&s, "{{ adapter.get_columns_in_relation(this) }}{{ adapter.check_schema_exists('a', 'b') }}", "[]False");
    expect(&s, "{{ load_result('x') }}{% call statement('x', fetch_result=true) %}select 1{% endcall %}", "None");
    expect(&s, "{{ graph.nodes.values() | list }}{{ graph.sources | length }}", "[]0");
    expect(&s, "{{ config(1) }}",
           "error: [template-call] config() takes keyword arguments, or one dict (write config(materialized='table'))");
    expect(&s, "{{ config(pre_hook='a', **{'pre-hook': 'b'}) }}",
           "error: [config-invalid] config() is given both 'pre_hook' and 'pre-hook'");
    shop_close(&s);
}

static void test_refs(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    expect(&s, "{{ ref('stg_orders') }} {{ source('raw', 'orders') }} {{ this }}",
           "\"stg_orders\" \"raw__orders\" \"mart__daily\"");
    expect(&s, "{{ ref('stg_ordres') }}",
           "error: [ref-not-found] there is no model, seed or snapshot 'stg_ordres' (did you mean 'stg_orders'?)");
    expect(&s, "{{ source('raw', 'order') }}",
           "error: [source-not-found] there is no source 'raw.order' (did you mean 'raw.orders'?)");
    Node *other = shop_node(&s, RESOURCE_MODEL, "other", "main", "view");
    expect(
        &s, "{{ ref('other') }}",
        "error: [ref-undeclared] ref('other') was not seen when the project was parsed, so the order of building cannot "
        "respect it (add the comment `-- depends_on: {{ ref('other') }}` at the top of the model)");
    shop_depends(&s, s.model, other);
    other->materialized = STR("ephemeral");
    expect(&s, "{{ ref('other') }} {{ ref('other').is_cte }} {{ ref('other').database }}",
           "__dbt__cte__other True None");
    expect(&s, "{{ ref() }}",
           "error: [template-call] ref() takes a model's name, or a package and a name: got 0 arguments");
    expect(&s, "{{ ref(none) }}", "error: [template-type] the name given to ref() must be a string, not NoneType");
    shop_close(&s);
}

static void test_vars(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    shop_var(&s, s.shop, "start", value_str(STR("2026-01-01")));
    shop_var(&s, s.shop, "rendered", value_str(STR("{{ target.name }}!")));
    Value scope = value_dict(s.arena);
    dict_set_str(scope.u.dict, STR("rows"), value_int(5));
    shop_var(&s, s.shop, "tools", scope);
    shop_var(&s, s.tools, "rows", value_int(1));
    shop_var(&s, s.tools, "own", value_int(2));
    expect(&s, "{{ var('start') }} {{ var('none', 7) }} {{ var('x', default=none) }} {{ var.has_var('start') }}",
           "2026-01-01 7 None True");
    expect(&s, "{{ var('rendered') }}", "dev!");
    expect(&s, "{{ var('strat') }}",
           "error: [var-not-found] the variable 'strat' has no value (did you mean 'start'? Or set it under `vars:` in "
           "dbt_project.yml, with --vars, or give a default)");
    context_set_node(s.ctx, NULL, s.tools);
    expect(&s, "{{ var('rows') }} {{ var('own') }}", "5 2");
    dict_set_str(s.manifest->cli_vars.u.dict, STR("rows"), value_int(9));
    expect(&s, "{{ var('rows') }}", "9");

    setenv("CDBT_TEST_X", "a b", 1);
    setenv("DBT_ENV_SECRET_X", "hidden", 1);
    setenv("DBT_ENV_CUSTOM_ENV_TEAM", "blue", 1);
    unsetenv("CDBT_TEST_Y");
    expect(&s, "{{ env_var('CDBT_TEST_X') }} {{ env_var('CDBT_TEST_Y', 'd') }} {{ dbt_metadata_envs.TEAM }}",
           "a b d blue");
    expect(&s, "{{ env_var('CDBT_TEST_Y') }}",
           "error: [env-var-not-found] the environment variable 'CDBT_TEST_Y' is not set (set it, or give a default: "
           "env_var('CDBT_TEST_Y', 'value'))");
    expect(&s, "{{ env_var('DBT_ENV_SECRET_X', 'd') }}",
           "error: [env-var-not-found] the secret 'DBT_ENV_SECRET_X' cannot be read here (variables that begin with "
           "DBT_ENV_SECRET are only for profiles.yml and packages.yml)");
    context_allow_secrets(s.ctx, true);
    expect(&s, "{{ env_var('DBT_ENV_SECRET_X') }}", "hidden");
    shop_close(&s);
}

static void test_config(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    Value meta = value_dict(s.arena);
    dict_set_str(meta.u.dict, STR("owner"), value_str(STR("me")));
    dict_set_str(s.model->config.u.dict, STR("meta"), meta);
    dict_set_str(s.model->config.u.dict, STR("unique_key"), value_str(STR("id")));
    Value hooks = value_list(s.arena);
    list_push(hooks.u.list, value_str(STR("select 1")));
    list_push(hooks.u.list, value_str(STR("{\"sql\": \"vacuum\", \"transaction\": false}")));
    dict_set_str(s.model->config.u.dict, STR("pre-hook"), hooks);
    expect(&s,
           "[{{ config(materialized='view') }}] {{ config.get('unique_key') }} {{ config.get('x') }} "
           "{{ config.get('x', 'd') }} {{ config.require('materialized') }} {{ config.meta_get('owner') }}",
           "[] id None d table me");
    expect(&s, "{{ config.require('x') }}",
           "error: [config-invalid] model.shop.daily needs the config 'x', which is not set");
    expect(&s,
           "{{ pre_hooks | map(attribute='sql') | list }} {{ pre_hooks | map(attribute='transaction') | list }}"
           "{{ post_hooks }}",
           "['select 1', 'vacuum'] [True, False][]");
    expect(&s, "{{ config.persist_relation_docs() }}", "False");
    expect(&s, "{{ config.get('unique_key', 'd', validator=validation.any('a', 'b')) }}",
           "error: [config-invalid] expected value \"id\" to be one of a,b");
    shop_close(&s);
}

static void test_macros(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    shop_macros(&s, s.shop, "macros/a.sql",
                STR("{% macro hello(who='you') %}hello {{ who }}{% endmacro %}"
                    "{% macro default__greet() %}root greets{% endmacro %}"
                    "{% macro ref(name) %}my {{ builtins.ref(name) }}{% endmacro %}"
                    "{% macro five() %}{{ return(5) }}{% endmacro %}"
                    "{% macro type_int() %}mine{% endmacro %}"));
    shop_macros(&s, s.tools, "tools/a.sql",
                STR("{% macro greet() %}{{ return(adapter.dispatch('greet', 'tools')()) }}{% endmacro %}"
                    "{% macro default__greet() %}tools greet{% endmacro %}"
                    "{% macro default__other() %}d{% endmacro %}{% macro sqlite__other() %}s{% endmacro %}"
                    "{% macro other() %}{{ adapter.dispatch('other', 'tools')() }}{% endmacro %}"));
    expect(&s, "{{ hello() }} {{ hello(who='x') }} {{ five() + 1 }} {{ tools.greet() }} {{ tools.other() }}",
           "hello you hello x 6 root greets s");
    expect(&s, "{{ ref('stg_orders') }}", "my \"stg_orders\"");
    expect(&s,
           "{% set conf = builtins.ref.config %}{{ conf.project_name }} {{ conf.target_name }} "
           "{{ conf.dependencies['tools'].project_name }} {{ 'tools' in conf.dependencies }} "
           "{{ source.config.dependencies.keys() | list | length > 1 }}",
           "shop dev tools True True");
    expect(&s, "{{ builtins.ref.config.dependencies['none'].version }}",
           "error: [template-undefined] 'builtins.ref.config.dependencies['none']' is undefined");
    expect(&s, "{{ type_int() }} {{ dbt.type_int() }} {{ dbt.type_string() }}", "mine integer TEXT");
    expect(&s, "{{ context['hello']() }} {{ context.get('nope', 'd') }} {{ 'hello' in context }} {{ tools.get('x') }}",
           "hello you d True None");
    expect(
        &s, "{{ context.update({'a': 1}) }}",
        "error: [unsupported] the context cannot be changed with update() (pass the value as a macro argument, or set a "
        "variable in the template)");
    expect(&s, "{{ adapter.dispatch('nope', 'tools')() }}",
           "error: [macro-not-found] no macro 'nope' was found by dispatch in tools; looked for 'shop.sqlite__nope', "
           "'shop.default__nope', 'tools.sqlite__nope', 'tools.default__nope' (define default__nope)");
    expect(&s, "{{ adapter.dispatch('tools.greet') }}",
           "error: [template-value] adapter.dispatch() takes a macro's name, and 'tools.greet' has a dot (write "
           "adapter.dispatch('greet', 'tools'))");
    Value entry = value_dict(s.arena), order = value_list(s.arena), list = value_list(s.arena);
    list_push(order.u.list, value_str(STR("tools")));
    list_push(order.u.list, value_str(STR("shop")));
    dict_set_str(entry.u.dict, STR("macro_namespace"), value_str(STR("tools")));
    dict_set_str(entry.u.dict, STR("search_order"), order);
    list_push(list.u.list, entry);
    s.shop->dispatch = list;
    expect(&s, "{{ tools.greet() }}", "tools greet");
    shop_close(&s);
}

/* The library helps packages out on SQLite; what they or the project have for SQLite themselves goes first. */
static void test_library_for_packages(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    s.tools->name = STR("dbt_utils");
    shop_macros(&s, s.tools, "dbt_utils/a.sql",
                STR("{% macro default__get_tables_by_pattern_sql(a, b) %}theirs{% endmacro %}"));
    shop_query(&s, "create table raw__events_1 (a)");
    shop_query(&s, "create view events_2 as select 1");
    expect(&s,
           "{% set r = run_query(adapter.dispatch('get_tables_by_pattern_sql', 'dbt_utils')('%', 'events%', 'x')) %}"
           "{% for row in r.rows %}{{ row.table_schema }} {{ row.table_name }} {{ row.table_type }};{% endfor %}",
           "main events_2 view;raw events_1 table;");
    shop_macros(&s, s.tools, "dbt_utils/b.sql",
                STR("{% macro sqlite__get_tables_by_pattern_sql(a, b) %}own{% endmacro %}"));
    expect(&s, "{{ adapter.dispatch('get_tables_by_pattern_sql', 'dbt_utils')('%', 'x') }}", "own");
    shop_macros(&s, s.shop, "macros/c.sql",
                STR("{% macro default__get_tables_by_pattern_sql(a, b) %}project{% endmacro %}"));
    expect(&s, "{{ adapter.dispatch('get_tables_by_pattern_sql', 'dbt_utils')('%', 'x') }}", "project");
    shop_close(&s);
}

/* Two packages of that name: the newer one passes a language on. */
static void test_library_for_dates(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    s.tools->name = STR("dbt_date");
    expect(&s,
           "{% set sql = 'select ' ~ adapter.dispatch('day_name', 'dbt_date')(\"'2026-11-26'\", true) ~ ', ' ~ "
           "adapter.dispatch('month_name', 'dbt_date')(\"'2026-11-26'\", false, 'default') %}"
           "{% set r = run_query(sql) %}{{ r.rows[0][0] }} {{ r.rows[0][1] }}",
           "Thu November");
    Str refused = shop_render(&s, "{{ adapter.dispatch('day_name', 'dbt_date')('x', true, 'fr') }}");
    assert_true(str_find(refused, STR("dbt_date.day_name knows English names only on SQLite, not the language 'fr'"),
                         0) != STR_NPOS);
    shop_close(&s);
}

static void test_names(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_PARSE);
    Str name;
    Value gold = value_str(STR("gold"));
    assert_true(context_custom_name(s.ctx, STR("generate_schema_name"), s.model, VALUE_NONE, &name));
    assert_str(name, "main");
    assert_true(context_custom_name(s.ctx, STR("generate_schema_name"), s.model, gold, &name));
    assert_str(name, "gold");
    assert_true(context_custom_name(s.ctx, STR("generate_alias_name"), s.model, VALUE_NONE, &name));
    assert_str(name, "daily");
    s.model->version = value_str(STR("1.2"));
    assert_true(context_custom_name(s.ctx, STR("generate_alias_name"), s.model, VALUE_NONE, &name));
    assert_str(name, "daily_v1_2");
    assert_true(context_custom_name(s.ctx, STR("generate_database_name"), s.model, VALUE_NONE, &name));
    assert_str(name, "shop");
    /* The library's macro, run: what the short cut above must give. */
    expect(&s, "{{ generate_alias_name(none, {'name': 'daily', 'version': '1.2'}) }}", "daily_v1_2");
    expect(&s, "{{ generate_alias_name(' other ', {'name': 'daily'}) }}", "other");
    shop_close(&s);

    shop_open(&s, CONTEXT_PARSE);
    dict_set_str(s.manifest->target.settings.u.dict, STR("schema"), value_str(STR("dev")));
    assert_true(context_custom_name(s.ctx, STR("generate_schema_name"), s.model, gold, &name));
    assert_str(name, "dev_gold");
    assert_true(context_custom_name(s.ctx, STR("generate_alias_name"), s.model, value_str(STR(" other ")), &name));
    assert_str(name, "other");
    shop_close(&s);
}

/* A project's own macros: one that looks at the node, one that does not, a variant that the library's wrapper finds. */
static void test_own_names(void **state)
{
    (void)state;
    Shop s;
    Str name;
    Value gold = value_str(STR("gold"));
    shop_open(&s, CONTEXT_PARSE);
    shop_macros(
        &s, s.shop, "macros/names.sql",
        STR("{% macro generate_schema_name(custom_schema_name, node) %}"
            "  {{ node.name }}_{{ custom_schema_name }}_{{ node.resource_type }}_{{ var('x', 'd') }} {% endmacro %}"
            "{% macro generate_database_name(custom, n) %} {{ custom or 'none' }}_{{ target.schema }} {% endmacro %}"
            "{% macro default__generate_alias_name(custom, node) %}{{ node.name }}_{{ custom }}{% endmacro %}"));
    assert_true(context_custom_name(s.ctx, STR("generate_schema_name"), s.model, gold, &name));
    assert_str(name, "daily_gold_model_d");
    assert_true(context_custom_name(s.ctx, STR("generate_alias_name"), s.model, gold, &name));
    assert_str(name, "daily_gold");
    for (int again = 0; again < 2; again++) {
        assert_true(context_custom_name(s.ctx, STR("generate_database_name"), s.model, gold, &name));
        assert_str(name, "gold_main");
        assert_true(context_custom_name(s.ctx, STR("generate_database_name"), s.model, VALUE_NONE, &name));
        assert_str(name, "none_main");
    }
    s.model->name = STR("weekly");
    assert_true(context_custom_name(s.ctx, STR("generate_schema_name"), s.model, gold, &name));
    assert_str(name, "weekly_gold_model_d");
    assert_true(context_custom_name(s.ctx, STR("generate_alias_name"), s.model, gold, &name));
    assert_str(name, "weekly_gold");
    shop_close(&s);
}

static void test_functions(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    expect(&s, "{{ tojson({'b': 1, 'a': [none, true, 'é']}) }} {{ tojson({'b': 1, 'a': 2}, sort_keys=true) }}",
           "{\"b\": 1, \"a\": [null, true, \"\\u00e9\"]} {\"a\": 2, \"b\": 1}");
    expect(&s, "{{ fromjson('{\"a\": [1, 2.5]}').a[1] }} {{ fromjson('{', 'd') }} {{ fromjson('x') }}", "2.5 d None");
    expect(&s, "{{ toyaml({'a': [1, 'x y'], 'b': {'c': none}, 'd': 'yes', 'e': {}}) }}",
           "a:\n- 1\n- x y\nb:\n  c: null\nd: 'yes'\ne: {}\n");
    expect(&s, "{{ toyaml({'n': 'y', 'no': 1}) }}", "n: y\n'no': 1\n");
    expect(&s, "{{ set([1, 2, 2]) | length }} {{ set(5) }} {{ set(5, 'd') }} {{ zip([1, 2], ['a', 'b']) | list }}",
           "2 None d [(1, 'a'), (2, 'b')]");
    expect(&s, "{{ set_strict(5) }}", "error: [template-type] 'int' object is not iterable");
    expect(&s, "{{ local_md5('hello') }}", "5d41402abc4b2a76b9719d911017c592");
    expect(&s, "{{ diff_of_two_dicts({'A': ['x', 'Y'], 'b': ['z']}, {'a': ['X']}) }}", "{'a': ['y'], 'b': ['z']}");
    expect(&s, "{{ render('{{ target.name }}') }} {{ render('plain') }}", "dev plain");
    expect(&s, "{{ try_or_compiler_error('no', fromjson, '[1]') }}", "[1]");
    expect(&s, "{{ try_or_compiler_error('no luck', set_strict, 5) }}", "error: [compiler-error] no luck");
    expect(&s, "{{ log('a') }}{{ log('b', info=True) }}{{ print('c') }}", "");
    assert_str(buf_str(&s.log), "D: a\nI: b\nI: c\n");
    expect(
        &s,
        "{{ cdbt is defined }} {{ cdbt.version.split('.') | length }} {{ cdbt.dbt_version == dbt_version }} {{ cdbt.x is defined }}",
        "True 3 True False");
    expect(
        &s,
        "{{ project_name }} {{ dbt_version.split('.')[0] }} {{ invocation_id[:8] }} {{ execute }} {{ flags.FULL_REFRESH }}",
        "shop 1 6e8bc430 True False");
    expect(&s, "{{ debug() }}",
           "error: [unsupported] debug() is refused: there is no Python debugger here (use log(value, info=true))");
    expect(
        &s,
        "{{ modules.itertools.product('ab', [1, 2]) | list }} {{ modules.itertools.combinations([1, 2, 3], 2) | list }}",
        "[('a', 1), ('a', 2), ('b', 1), ('b', 2)] [(1, 2), (1, 3), (2, 3)]");
    expect(
        &s,
        "{{ modules.itertools.permutations([1, 2, 3], 2) | list | length }} {{ modules.itertools.chain([1], [2]) | list }}",
        "6 [1, 2]");
    shop_close(&s);
}

static void test_exceptions(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    expect(&s, "{{ exceptions.raise_compiler_error('no good') }}", "error: [compiler-error] no good");
    expect(&s, "a{{ exceptions.warn('careful') }}b", "error: [compiler-warning] careful");
    expect(&s, "{{ exceptions.raise_not_implemented('later') }}", "error: [unsupported] later");
    expect(&s, "{{ exceptions.relation_wrong_type(this.incorporate(type='view'), 'table') }}",
           "error: [compiler-error] \"mart__daily\" is a view where a table is wanted (drop it, or run once with "
           "--full-refresh)");
    shop_macros(&s, s.shop, "macros/b.sql",
                STR("{% macro inner() %}{{ exceptions.raise_compiler_error('deep') }}{% endmacro %}"
                    "{% macro outer() %}{{ inner() }}{% endmacro %}"));
    Str copy = STR("select {{ outer() }}");
    SourceId id = source_add(s.manifest->sources, STR("m.sql"), copy);
    TplOptions options = {.family = TPL_CURLY};
    TplUnit *unit = tpl_parse(s.arena, s.manifest->sources, (Span){id, 0, (uint32_t)copy.len}, &options, &s.sink);
    Value text;
    assert_false(context_render(s.ctx, unit, &text));
    assert_int_equal(s.sink.errors, 1);
    assert_int_equal(s.sink.items[0].note_count, 2); /* the two calls that led there */
    assert_true(s.sink.items[0].span.source != 0);
    shop_close(&s);
}

static void test_graph(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_RUN);
    RefCall ref = {.name = STR_INIT("stg_orders"), .package = STR_INIT(""), .version = VALUE_NONE};
    s.model->refs = &ref;
    s.model->ref_count = 1;
    expect(
        &s,
        "{% for n in graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') %}{{ n.unique_id }} {{ n.config.materialized }};{% endfor %}",
        "model.shop.stg_orders view;model.shop.daily table;");
    expect(
        &s,
        "{{ graph.nodes['model.shop.daily'].depends_on.nodes }} {{ graph.sources | length }} {{ graph.nodes.get('x') }}",
        "['model.shop.stg_orders', 'source.shop.orders'] 1 None");
    expect(&s, "{{ graph['sources'].keys() | list }} {{ 'model.shop.daily' in graph.nodes }}",
           "['source.shop.orders'] True");
    expect(
        &s,
        "{{ model.name }} {{ model['alias'] }} {{ model.resource_type }} {{ model.config.materialized }} {{ model.get('group', 'g') }}",
        "daily daily model table g");
    expect(&s, "{% for s in graph.sources.values() %}{{ s.source_name }}.{{ s.name }} {{ s.identifier }}{% endfor %}",
           "raw.orders orders");
    expect(&s, "{{ model.refs }} {{ graph.nodes['model.shop.daily'].refs }} {{ 'group' in model }}",
           "[{'name': 'stg_orders'}] [{'name': 'stg_orders', 'package': None, 'version': None}] False");
    shop_close(&s);
}

static void test_yaml_mode(void **state)
{
    (void)state;
    Shop s;
    shop_open(&s, CONTEXT_YAML);
    context_set_node(s.ctx, NULL, s.shop);
    shop_var(&s, s.shop, "n", value_int(3));
    Str text = STR("{{ var('n') + 1 }}");
    SourceId id = source_add(s.manifest->sources, STR("a.yml"), text);
    Value v;
    assert_true(context_render_native(s.ctx, (Span){id, 0, (uint32_t)text.len}, text, TPL_AUTO, &v));
    assert_int_equal(v.kind, V_INT);
    assert_int_equal(v.u.integer, 4);
    expect(&s, "{{ target.name }} {{ env_var('NOPE_X', 'd') }}", "dev d");
    expect(
        &s, "{{ var('nope') }}",
        "error: [var-not-found] the variable 'nope' has no value (set it under `vars:` in dbt_project.yml, with --vars, "
        "or give var() a default)");
    shop_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hints),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_refs),
        cmocka_unit_test(test_vars),
        cmocka_unit_test(test_config),
        cmocka_unit_test(test_macros),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_own_names),
        cmocka_unit_test(test_library_for_packages),
        cmocka_unit_test(test_library_for_dates),
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_exceptions),
        cmocka_unit_test(test_graph),
        cmocka_unit_test(test_yaml_mode),
    };
    return cmocka_run_group_tests_name("context", tests, NULL, NULL);
}
