// Ends by a mistake of its own code, two calls below its hook.
package main

import "blankslate/sdk/slate"

func init() {
	slate.Hook("fault", fault)
}

func main() {}

func fault() error {
	return setPort(nil)
}

func setPort(lines []string) error {
	return slate.Write("/etc/port", []byte(deepInside(lines, 7)), slate.Attributes{})
}

func deepInside(lines []string, index int) string {
	return lines[index]
}
