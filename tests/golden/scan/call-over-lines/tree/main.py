_(
    "a",  # the name
    # the default:
    1,

    help="x",
)
_ ("b", 2)
_\
("c",\
 3)
