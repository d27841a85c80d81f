"""Which of cdbt's warnings stands for which event of dbt, and which are cdbt's own."""

EVENTS = {
    "NoNodesForSelectionCriteria": ["selection-empty"],
    "NoNodesSelected": ["selection-empty"],
    "NothingToDo": ["selection-empty"],
    "UnusedResourceConfigPath": ["config-unused"],
    "NoNodeForYamlKey": ["patch-unused", "patch-wrong-kind"],
    "MacroNotFoundForPatch": ["patch-unused"],
    "NodeNotFoundOrDisabled": ["test-target-missing", "patch-unused"],
    "WrongResourceSchemaFile": ["patch-wrong-kind"],
    "InvalidMacroAnnotation": ["macro-arguments"],
    "DepsUnpinned": ["package-unpinned"],
    "JinjaLogWarning": ["compiler-warning"],
    "DeprecatedModel": ["model-deprecated"],
    "DeprecatedReference": ["ref-deprecated"],
    "UpcomingReferenceDeprecation": ["ref-deprecation-upcoming"],
    "DuplicateYAMLKeysDeprecation": ["yaml-duplicate-key"],
    "CustomKeyInConfigDeprecation": ["config-unknown"],
    "CustomKeyInObjectDeprecation": ["yaml-unknown-key"],
    "CustomTopLevelKeyDeprecation": ["yaml-unknown-key", "key-renamed"],
    "LogTestResult": ["test-warned"],
    "UnsupportedConstraintMaterialization": ["constraint-ignored"],
    "ConfigSourcePathDeprecation": ["key-renamed"],
    "ConfigDataPathDeprecation": ["key-renamed"],
    "EnvironmentVariableNamespaceDeprecation": ["env-unknown"],
    "ResourceNamesWithSpacesDeprecation": ["name-with-space-deprecated"],
    "MicrobatchModelNoEventTimeInputs": ["batches-uncut"],
    "WEOIncludeExcludeDeprecation": ["key-renamed"],
    "MFCumulativeTypeParamsDeprecation": ["key-renamed"],
    "UnusedTables": ["patch-unused"],
    "UnversionedBreakingChange": ["contract-changed"],
}

# Where dbt says nothing: code -> why it is worth a word.
OWN = {}

# Events that cdbt never repeats, and why.
QUIET = {
    "SourceOverrideDeprecation": "an override of a package's source does what it says",
    "MissingPlusPrefixDeprecation": "a config without + means the same, and dbt says so for four warehouses only",
    "PropertyMovedToConfigDeprecation": "a property beside config means the same, and dbt says so for four warehouses only",
    "ConfigLogPathDeprecation": "log-path in dbt_project.yml does what it says",
    "ConfigTargetPathDeprecation": "target-path in dbt_project.yml does what it says",
    "MissingArgumentsPropertyInGenericTestDeprecation": "arguments of a test that do not stand below `arguments` mean the same",
    "UnexpectedJinjaBlockDeprecation": "what stands between macros is read as a template, and refused if it is none",
    "DuplicateNameDistinctNodeTypesDeprecation": "two resources of one name are refused",
}
