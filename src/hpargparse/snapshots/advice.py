"""What somebody can do about a file of values, as far as that depends on who names it.

Owns which settings a command line, a program or a command has to offer; knows no file.
"""

from __future__ import annotations

from hpman.record import Record


class Advice(Record):
    """Hold how a caller can say more of a file.

    Attributes:
        format_setting: what names the format, as `--hp-serial-format`; empty where nothing does.
        may_trust: whether the caller can let a pickle run code.
    """

    __slots__ = ()
    format_setting: str = ""
    may_trust: bool = False

    def or_name_the_format(self, advice: str) -> str:
        """Finish a sentence of advice on a file whose format may be another one.

        >>> Advice("--hp-serial-format").or_name_the_format("Mend the line")
        'Mend the line, or name the format with --hp-serial-format.'
        """
        if not self.format_setting:
            return f"{advice}."
        return f"{advice}, or name the format with {self.format_setting}."


TO_PROGRAM = Advice("the argument `serial_format`", may_trust=True)
