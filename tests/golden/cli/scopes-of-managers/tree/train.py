from hpman.m import _, hp


def show(title):
    print(title, _("lr", 0.1), hp("depth", 2), hp("opt", {"lr": 1, "wd": 0}))


if __name__ == "__main__":
    show("outside")
    with _.scope("left"):
        show("left")
    with hp.scope("right"):
        show("right")
