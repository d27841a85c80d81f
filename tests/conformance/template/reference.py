"""Jinja2 as dbt configures it, without dbt: what the cases are compared with.

dbt renders in Jinja2's sandbox with the `do` and `loopcontrols` extensions, without escaping, and with five filters of
its own. While it parses a project, a model's unknown names are lenient (they may be called and looked into and print
as nothing); when it compiles, and always inside macros, they are Jinja2's ordinary undefined.
"""

import ast
import json
import signal

import jinja2
import jinja2.nativetypes
import jinja2.sandbox


class Lenient(jinja2.Undefined):
    """What dbt's undefined does while parsing: any attribute, item or call of it is undefined again."""

    def __init__(self, hint=None, obj=None, name=None, exc=None):
        super().__init__(hint=hint, name=name)
        self.name = name
        self.hint = hint
        self.unsafe_callable = False
        self.alters_data = False

    def __getitem__(self, key):
        return self

    def __getattr__(self, name):
        if name == "name" or (name.startswith("__") and name.endswith("__")):
            raise AttributeError(name)
        self.name = name
        return self.__class__(hint=self.hint, name=self.name)

    def __call__(self, *args, **kwargs):
        return self


def same(value):
    return value


def fromjson(string, default=None):
    try:
        return json.loads(string)
    except ValueError:
        return default


def tojson(value, default=None, sort_keys=False):
    return json.dumps(value, sort_keys=sort_keys)


def environment(lenient):
    env = jinja2.sandbox.SandboxedEnvironment(
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
        undefined=Lenient if lenient else jinja2.Undefined,
    )
    env.filters.update(as_text=same, as_bool=same, as_native=same, as_number=same, is_list=lambda v: isinstance(v, list))
    env.globals.update(fromjson=fromjson, tojson=tojson, set=set)
    return env


# ---- dbt's native rendering: a template that is one expression gives that expression's value ----


class Text(str):
    """as_text: stays text."""


class Native(str):
    """as_native: is read as a Python literal."""


class Bool(Native):
    pass


class Number(Native):
    pass


def native_value(pieces):
    pieces = list(pieces)
    if not pieces:
        return ""
    if len(pieces) > 1:
        return "".join(str(piece) for piece in pieces)
    value = pieces[0]
    if isinstance(value, Text):
        return str(value)
    if not isinstance(value, Native):
        return value
    try:
        result = ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError):
        result = value
    if isinstance(value, Bool) and not isinstance(result, bool):
        raise ValueError(f"{value} is no bool")
    if isinstance(value, Number) and (isinstance(result, bool) or not isinstance(result, (int, float))):
        raise ValueError(f"{value} is no number")
    return str(result) if isinstance(result, Native) else result


class NativeEnvironment(jinja2.sandbox.SandboxedEnvironment):
    code_generator_class = jinja2.nativetypes.NativeCodeGenerator


def render_native(template, context, seconds=5):
    env = NativeEnvironment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
    env.filters.update(as_text=Text, as_native=Native, as_bool=Bool, as_number=Number, is_list=lambda v: isinstance(v, list))
    env.globals.update(fromjson=fromjson, tojson=tojson, set=set)
    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        parsed = env.from_string(template)
        value = native_value(parsed.root_render_func(parsed.new_context(json.loads(json.dumps(context)))))
        return ("ok", repr(value))
    except Exception as error:
        return ("error", kind_of(error), f"{type(error).__name__}: {error}")
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


ENVIRONMENTS = {}


class TooLong(Exception):
    pass


def stop(signum, frame):
    raise TooLong("took too long")


def kind_of(error):
    if isinstance(error, (jinja2.TemplateSyntaxError, SyntaxError)) or "no loader" in str(error):
        return "syntax"
    if isinstance(error, jinja2.UndefinedError):
        return "undefined"
    return "other"


def render(template, context, lenient=False, seconds=5):
    """("ok", text) or ("error", kind, message)."""
    if lenient not in ENVIRONMENTS:
        ENVIRONMENTS[lenient] = environment(lenient)
    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)  # of this process, so that a busy machine does not matter
    compiled = None
    try:
        compiled = ENVIRONMENTS[lenient].from_string(template)
        return ("ok", compiled.render(json.loads(json.dumps(context))))
    except Exception as error:
        kind = kind_of(error)
        where = "" if compiled or kind == "syntax" else " (while it compiles)"
        return ("error", kind, f"{type(error).__name__}: {error}{where}")
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def native_by_dbt(template, context):
    try:
        from dbt_common.clients.jinja import get_environment
    except ImportError:
        return None
    try:
        value = get_environment(None, native=True).from_string(template).render(json.loads(json.dumps(context)))
        return ("ok", repr(str(value) if isinstance(value, str) else value))
    except Exception as error:
        return ("error", kind_of(error), f"{type(error).__name__}: {error}")


def render_by_dbt(template, context, lenient=False):
    """The same by dbt itself, or None where it is not installed. Its names for macros differ, so only without macros."""
    try:
        from dbt_common.clients.jinja import get_environment
    except ImportError:
        return None
    try:
        env = get_environment(None, lenient)
        names = {"fromjson": fromjson, "tojson": tojson, "set": set, **json.loads(json.dumps(context))}
        return ("ok", env.from_string(template).render(names))
    except Exception as error:
        return ("error", kind_of(error), f"{type(error).__name__}: {error}")
