"""What a Chinese company expects a computer to know: names, numbers, codes, places, days and reading aloud."""
