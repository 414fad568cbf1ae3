import CMongoc
