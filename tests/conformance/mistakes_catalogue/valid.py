"""The project as it is, without a mistake."""

from .case import case

case("valid: parse")
case("valid: ls", args="ls")
case("valid: compile", args="compile")
case("valid: warnings are errors", args="parse", globals=["--warn-error"])
