from hpman.m import _
print([(w := _) for i in range(3)])
w("a", 1)
