"""Leaves out of schemathesis's cases what would be a request for another operation."""

import schemathesis

# The description says that no episode is called so: they are paths of their own.
RESERVED = {"health", "batch", "requests"}


@schemathesis.hook
def filter_path_parameters(context, path_parameters):
    return not path_parameters or path_parameters.get("episode_id") not in RESERVED


@schemathesis.hook
def filter_case(context, case):
    return not case.path_parameters or case.path_parameters.get("episode_id") not in RESERVED
