"""Leaves out of schemathesis's cases what would be a request for another operation, and what no schema of a query can forbid."""

import schemathesis

# The description says that no episode is called so: they are paths of their own.
RESERVED = {"health", "batch", "requests"}


# The formats that have variants, by the parameters that choose them. The description says that in any other format they mean nothing.
VARIANTS = {"samples_per_pixel": {"peaks", "dat"}, "bits": {"peaks", "dat"}, "channels": {"peaks", "dat"},
            "size": {"svg", "png"}, "colors": {"svg", "png"}}


def is_one_length(query):
    """The description says that of these two one is given at most."""
    return not query or not {"length", "duration_ms"} <= set(query)


def is_of_its_format(case):
    query = case.query or {}
    format = (case.path_parameters or {}).get("format") or query.get("format")
    wanted = {str(format)} | ({"peaks"} if "waveform" in str(query.get("with")) else set())
    return all(name not in query or wanted & formats for name, formats in VARIANTS.items())


@schemathesis.hook
def filter_path_parameters(context, path_parameters):
    return not path_parameters or path_parameters.get("episode_id") not in RESERVED


@schemathesis.hook
def filter_query(context, query):
    return is_one_length(query)


@schemathesis.hook
def filter_case(context, case):
    return is_one_length(case.query) and is_of_its_format(case) and (
        not case.path_parameters or case.path_parameters.get("episode_id") not in RESERVED)
