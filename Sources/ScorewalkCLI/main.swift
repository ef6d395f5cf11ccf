print("scorewalk")
