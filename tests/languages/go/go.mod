module conformance

go 1.24

require blankslate/sdk v0.0.0

replace blankslate/sdk => ../../../sdk/go
