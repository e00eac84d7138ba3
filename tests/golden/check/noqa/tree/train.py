from hpman.m import _

_(all_of_it)  # noqa
_(this, 1)  # NOQA: hpm102
_(one_of_two)  # noqa: E501,HPM102
_(
    any_line,  # noqa:HPM102 - of the call
    1,
)
_(other)  # noqa: HPM103
_(foreign)  # noqa: E501
_("# noqa", text)
_("lr", 1, help=hint)  # type: ignore # noqa: HPM1
_("wd", 1,
  help=hint,
)  # noqa: HPM103, HPM201

# noqa
_(below)
