"""Leaves out of schemathesis's cases what would be a request for another operation, and what no schema of a query can forbid."""

import schemathesis

# The description says that no episode is called so: they are paths of their own.
RESERVED = {"health", "batch", "requests"}


def is_one_length(query):
    """The description says that of these two one is given at most."""
    return not query or not {"length", "duration_ms"} <= set(query)


@schemathesis.hook
def filter_path_parameters(context, path_parameters):
    return not path_parameters or path_parameters.get("episode_id") not in RESERVED


@schemathesis.hook
def filter_query(context, query):
    return is_one_length(query)


@schemathesis.hook
def filter_case(context, case):
    return is_one_length(case.query) and (
        not case.path_parameters or case.path_parameters.get("episode_id") not in RESERVED)
