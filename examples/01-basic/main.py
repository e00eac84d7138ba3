#!/usr/bin/env python3
"""Plan a garden: two hyperparameters, read before the program uses them."""

from hpman.m import _


def area():
    return _("width", 4) * _("height", 2.5, help="in metres")


def fence():
    return 2 * (_("width") + _("height"))


def main():
    _.parse_file(__file__)
    print("known before use: {}".format(_.get_values()))
    print("area {}, fence {}".format(area(), fence()))

    _.set_value("width", 10)
    print("area {}, fence {}".format(area(), fence()))

    with _.override(height=1):
        print("area {}, fence {}".format(area(), fence()))

    print(_.explain("width"))


if __name__ == "__main__":
    main()
