package main

import "testing"

func TestSettingsCommands(t *testing.T) {
	t.Parallel()
	newSession(t).all([]command{
		{args: "settings get --data DIR/d", says: []string{"zone           Asia/Shanghai", "currency       CNY"}},
		{args: "settings set zone=Europe/Berlin name=ACME~GmbH --data DIR/d", says: []string{"Europe/Berlin", "ACME GmbH"}},
		{args: "settings get zone --data DIR/d", says: []string{"Europe/Berlin\n"}},
		{args: "settings get --json --data DIR/d", says: []string{`"first_weekday"`}},
		{args: "settings set zone= --data DIR/d", says: []string{"Asia/Shanghai"}},
		{args: "settings set zone=Mars --data DIR/d", status: 1, errs: []string{"Mars"}},
		{args: "settings set zone --data DIR/d", status: 2, errs: []string{"NAME=VALUE"}},
		{args: "settings get colour --data DIR/d", status: 2, errs: []string{"colour"}},
	})
}
