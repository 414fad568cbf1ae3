module cutroom/chaos

go 1.22
