hp("size", 3)
