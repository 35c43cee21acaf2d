package main

import "blankslate/sdk/slate"

func init() {
	slate.Hook("greet", greet)
}

func main() {}

func greet() error {
	greeting, err := slate.Text("greeting")
	if err != nil {
		return err
	}
	slate.Info("greeting with '%s'", greeting)
	return slate.Write("/etc/motd", []byte(greeting+"\n"), slate.Attributes{})
}
