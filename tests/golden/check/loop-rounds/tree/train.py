from hpman.m import _, hp


def step(lr):
    return lr, None


for epoch in range(3):
    lr = _("lr", 1)
    loss, _ = step(lr)

for epoch in range(3):
    for batch in range(2):
        loss = step(hp("rate", 2))
    hp = loss

for epoch in range(3):
    from hpman.m import wd

    decay = wd("decay", 3)
    loss, wd = step(decay)
