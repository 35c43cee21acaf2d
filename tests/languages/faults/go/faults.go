// Ends by a mistake of its own code, two calls below its hook.
package main

import (
	"fmt"
	"os"

	"blankslate/sdk/slate"
)

func init() {
	slate.Hook("fault", fault)
}

func main() {}

func fault() error {
	mistake, err := slate.Text("mistake")
	if err != nil {
		return err
	}
	switch mistake {
	case "recursion":
		return count(0)
	case "exit":
		os.Exit(3)
	}
	return setPort(nil)
}

func count(number int) error {
	return fmt.Errorf("counting: %w", count(number+1))
}

func setPort(lines []string) error {
	return slate.Write("/etc/port", []byte(deepInside(lines, 7)), slate.Attributes{})
}

func deepInside(lines []string, index int) string {
	return lines[index]
}
