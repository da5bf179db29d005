"""Who answered: how many, how much revenue, whether they are like the others, and the score weighted to all."""
