package main

import (
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weft/runtime/transfer"
)

// I13: a report names file, column, field and values, once for each kind of problem.
func TestAnImportReportNamesColumnsOnce(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.do(command{args: "template install opportunity-pipeline --data DIR/d"})
	var b strings.Builder
	b.WriteString("External id,name,amount,color\n")
	for i := range 300 {
		b.WriteString("A" + strings.Repeat("x", i) + ",Deal,much" + strings.Repeat("!", i) + ",red\n")
	}
	s.write("o.csv", b.String())
	out, _ := s.do(command{args: "import DIR/o.csv --entity opportunity --data DIR/d", status: 1,
		says: []string{"o.csv → opportunity: 300 rows, 0 created", "ignored columns: color", `column "amount"`, "is not a number", "first: 2, 3, 4"},
		errs: []string{"300 rows have problems"}})
	if n := strings.Count(out, "\n"); n > 10 {
		t.Errorf("%d lines:\n%s", n, out)
	}
	s.do(command{args: "import DIR/o.csv --entity opportunity --data DIR/d --lang zh-CN", status: 1, says: []string{"未使用的列：color", "列“amount”", "不是数字"}, errs: []string{"300 行有问题"}})
	s.env["LANG"] = "zh_CN.UTF-8"
	s.do(command{args: "import DIR/o.csv --entity opportunity --data DIR/d", status: 1, says: []string{"列“amount”"}})
	s.do(command{args: "import DIR/o.csv --entity opportunity --data DIR/d --lang en", status: 1, says: []string{`column "amount"`}})
	delete(s.env, "LANG")
	// A required field without a column, and a mapped column that is missing, are named.
	s.write("n.csv", "amount\n5\n6\n")
	s.do(command{args: "import DIR/n.csv --entity opportunity --data DIR/d", status: 1, says: []string{"field name", "is required (2 rows"}})
	s.write("m.json", `{"name":"m","files":[{"entity":"account","columns":{"Firma":{"field":"name"}}}]}`)
	s.do(command{args: "import DIR/n.csv --mapping DIR/m.json --data DIR/d", status: 1, errs: []string{"has no column Firma"}})
	s.write("w.csv", "name\nM\xfcller\n")
	s.do(command{args: "import DIR/w.csv --entity account --dry-run --data DIR/d", says: []string{"read as GB18030", "--encoding", "nothing was written"}})
	s.do(command{args: "import DIR/w.csv --entity account --encoding windows-1252 --data DIR/d", says: []string{"1 created"}})
	s.do(command{args: "export account --data DIR/d", says: []string{"Müller"}})
}

// I14: imports are listed and undone from the command line.
func TestImportsAreListedAndUndone(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.do(command{args: "template install opportunity-pipeline --data DIR/d"})
	s.write("a.csv", "name,sector\nAcme,x\nBolt,y\n")
	out, _ := s.do(command{args: "import DIR/a.csv --entity account --data DIR/d --json"})
	var p transfer.Progress
	if err := json.Unmarshal([]byte(out), &p); err != nil {
		t.Fatal(err)
	}
	s.write("b.csv", "name,sector\nBolt,z\n")
	s.do(command{args: "--data DIR/d import --key name --entity account DIR/b.csv", says: []string{"1 updated"}})
	s.all([]command{
		{args: "imports --data DIR/d", says: []string{p.ID, "a.csv → account", "b.csv → account"}},
		{args: "import undo " + p.ID + " --dry-run --data DIR/d", status: 1, says: []string{"account: 1 deleted", "worked on since", "nothing was changed"}, errs: []string{"1 records were kept"}},
		{args: "export account --data DIR/d", says: []string{"Acme", "Bolt"}},
		{args: "import undo " + p.ID + " --data DIR/d", status: 1, says: []string{"account: 1 deleted"}, errs: []string{"--all"}},
		{args: "import undo --all " + p.ID + " --data DIR/d", says: []string{"account: 1 deleted"}},
		{args: "import undo " + p.ID + " --data DIR/d", status: 1, errs: []string{"cannot be undone now"}},
		{args: "import undo nothing --data DIR/d", status: 1, errs: []string{"no such import"}},
	})
}

// I11: a name that promises another format is refused.
func TestAnExportIsCSVOrXLSX(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.all([]command{
		{args: "template install opportunity-pipeline --data DIR/d"},
		{args: "export account --out DIR/x.pdf --data DIR/d", status: 2, errs: []string{".csv or .xlsx"}},
		{args: "export account --out DIR/x.CSV --data DIR/d", says: []string{"wrote"}},
		{args: "export account --out DIR/x.xlsx --data DIR/d", says: []string{"wrote"}},
	})
}

// A7: commands next to a server use a session that the server renews.
func TestAServerRenewsTheSessionOfCommands(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	dir := filepath.Join(s.dir, "d")
	s.serve(dir, 50*time.Millisecond)
	tokens := map[string]bool{}
	for deadline := time.Now().Add(30 * time.Second); len(tokens) < 3 && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if r, err := readServerAddress(dir); err == nil && r.Token != "" {
			tokens[r.Token] = true
		}
	}
	if len(tokens) < 3 {
		t.Errorf("%d sessions", len(tokens))
	}
	r, err := readServerAddress(dir)
	if err != nil {
		t.Fatal(err)
	}
	for token := range tokens { // a command that has read an earlier one goes on
		s.do(command{args: "template list --server " + r.URL + " --token " + token})
	}
	s.do(command{args: "template list --data " + dir})
}

// serve runs a server in this process until the test ends.
func (s *session) serve(dir string, sessionEvery time.Duration) {
	s.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	m := &Main{Args: []string{"serve", "--listen", "127.0.0.1:0", "--data", dir}, Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: io.Discard,
		Getenv: func(name string) string { return s.env[name] }, sessionEvery: sessionEvery}
	ended := make(chan int, 1)
	go func() { ended <- m.Main(ctx) }()
	s.t.Cleanup(func() {
		stop()
		if status := <-ended; status != exitOK {
			s.t.Errorf("serve: status %d", status)
		}
	})
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if r, err := readServerAddress(dir); err == nil && r.Token != "" {
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatal("the server does not start")
		}
	}
}

// Contract, Command line: every command takes --server and --token, wherever the
// flags stand; the token is one that a command made.
func TestEveryCommandWorksOnAServer(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	dir := filepath.Join(s.dir, "d")
	s.serve(dir, 0)
	r, err := readServerAddress(dir)
	if err != nil {
		t.Fatal(err)
	}
	token, _ := s.do(command{args: "token add ci --data " + dir, says: []string{"weft_"}})
	at := " --server " + r.URL + " --token " + strings.TrimSpace(token) + " "
	s.write("a.csv", "name\nAcme\n")
	s.write("e.json", `{"kind":"entity","key":"note","type":"object","x-title":{"en":"Note"},"properties":{"text":{"x-type":"text","x-title":{"en":"Text"}}}}`)
	s.all([]command{
		{args: at + "template list", says: []string{"opportunity-pipeline"}},
		{args: "template install opportunity-pipeline" + at, says: []string{"installed opportunity-pipeline"}},
		{args: "template" + at + "export opportunity-pipeline DIR/p", says: []string{"wrote"}},
		{args: "import DIR/a.csv --entity account" + at, says: []string{"1 created"}},
		{args: "imports" + at, says: []string{"a.csv → account"}},
		{args: "export account" + at, says: []string{"Acme"}},
		{args: "check DIR/e.json" + at},
		{args: "publish DIR/e.json" + at, says: []string{"version"}},
		{args: "versions" + at},
		{args: "user add li --name Li --role sales --department East --password a-long-password-1" + at, says: []string{"added li"}},
		{args: "user passwd li" + at, stdin: "another-password-1\n", says: []string{"is set"}},
		{args: "token add x --user li" + at, says: []string{"weft_"}},
		{args: "backup DIR/b.tgz" + at, says: []string{"wrote"}},
		{args: "doctor" + at, says: []string{"accepts the token"}},
	})
}
