module blankslate/sdk

go 1.24
