package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// command is one call of the command line, and what it must say.
type command struct {
	args   string // split at blanks; a blank inside an argument is written ~
	stdin  string
	status int
	says   []string // parts of standard output
	errs   []string // parts of standard error
}

// session runs commands one after the other, as somebody at a terminal would.
type session struct {
	t   *testing.T
	dir string // stands for DIR in arguments
	env map[string]string
	// timeout is the mongodbTimeout of Main.
	timeout time.Duration
}

func newSession(t *testing.T) *session {
	t.Helper()
	return &session{t: t, dir: t.TempDir(), env: map[string]string{"WEFT_ADMIN_PASSWORD": crashPassword, s3Timeout: testTimeout.String()}, timeout: testTimeout}
}

// try runs a command, whatever comes of it. A server that a parallel test starts
// holds the locks of this process between fork and exec: then it tries again.
func (s *session) try(c command) (out, errs string, status int) {
	s.t.Helper()
	for range 20 {
		if out, errs, status = s.tryOnce(c); !strings.Contains(errs, fmt.Sprintf("in use by another weft process (pid %d)", os.Getpid())) {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	return out, errs, status
}

func (s *session) tryOnce(c command) (out, errs string, status int) {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	args := strings.Fields(strings.ReplaceAll(c.args, "DIR", s.dir))
	for i, a := range args {
		args[i] = strings.ReplaceAll(a, "~", " ")
	}
	m := &Main{Args: args, mongodbTimeout: s.timeout, Stdin: strings.NewReader(c.stdin), Stdout: &stdout, Stderr: &stderr,
		Getenv: func(name string) string { return s.env[name] }}
	status = m.Main(s.t.Context())
	return stdout.String(), stderr.String(), status
}

func (s *session) do(c command) (out, errs string) {
	s.t.Helper()
	out, errs, status := s.try(c)
	if status != c.status {
		s.t.Errorf("weft %s: status %d, want %d\n%s%s", c.args, status, c.status, out, errs)
	}
	for _, part := range c.says {
		if !strings.Contains(out, part) {
			s.t.Errorf("weft %s does not say %q:\n%s", c.args, part, out)
		}
	}
	for _, part := range c.errs {
		if !strings.Contains(errs, part) {
			s.t.Errorf("weft %s does not complain %q:\n%s", c.args, part, errs)
		}
	}
	if text := strings.TrimSpace(errs); c.status != 0 && strings.Contains(text, "\n") {
		s.t.Errorf("weft %s fails with more than one sentence:\n%s", c.args, text)
	}
	return out, errs
}

func (s *session) all(list []command) {
	s.t.Helper()
	for _, c := range list {
		s.do(c)
	}
}

func (s *session) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// Contract, Command line: 2 is wrong use, and one sentence says what.
func TestWrongUse(t *testing.T) {
	t.Parallel()
	newSession(t).all([]command{
		{args: "", says: []string{"Usage: weft <command>", "template install"}},
		{args: "--help", says: []string{"Usage: weft <command>"}},
		{args: "import --help", says: []string{"--mapping"}},
		{args: "bogus", status: 2, errs: []string{"unexpected argument bogus"}},
		{args: "serve --nosuch", status: 2, errs: []string{"unknown flag --nosuch"}},
		{args: "template", status: 2},
		{args: "template install", status: 2},
		{args: "user passwd", status: 2},
		{args: "serve --server http://127.0.0.1:1", status: 2, errs: []string{"does not take --server"}},
		{args: "serve --data DIR/d --trusted-proxies 10.0.0.x", status: 2, errs: []string{"is no address and no network"}},
		{args: "restore x --server http://127.0.0.1:1", status: 2, errs: []string{"does not take --server"}},
		{args: "template list --server http://127.0.0.1:1", status: 2, errs: []string{"--server needs --token"}},
		{args: "template list --server nonsense --token x", status: 2, errs: []string{"must be an address"}},
		{args: "template list --server http://127.0.0.1:1 --token x", status: 1, errs: []string{"does not answer"}},
		{args: "export opportunity --where x --data DIR/d", status: 2, errs: []string{"--where must be JSON"}},
		{args: "import DIR --data DIR/d --entity x", status: 1, errs: []string{"holds no CSV or XLSX file"}},
		{args: "doctor --data DIR/d --s3-bucket deals --s3-endpoint h --s3-timeout long", status: 2, errs: []string{"--s3-timeout"}},
		{args: "serve --listen 127.0.0.1:0 --data DIR/d --s3-bucket deals --s3-endpoint h --s3-timeout=-1s", status: 2, errs: []string{"with S3 is a time"}},
		{args: "serve --listen 127.0.0.1:0 --data DIR/d --s3-bucket deals --s3-endpoint h --s3-public-endpoint ftp://h", status: 2, errs: []string{"S3 endpoint"}},
		{args: "version", says: []string{"weft "}},
		{args: "version --json", says: []string{`"version": "`}},
		{args: "doctor --data DIR/nothing", status: 1, errs: []string{"there is no data folder"}},
	})
}

// The password of admin is told once when it was made up, and never reset.
func TestAdminIsMadeOnce(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.env = nil
	_, first := s.do(command{args: "template list --data DIR/d", errs: []string{"made the user admin with the password "}})
	if _, again := s.do(command{args: "--data DIR/d template list"}); again != "" {
		t.Errorf("the second start says %q; the first said %q", again, first)
	}
	s.env = map[string]string{"WEFT_ADMIN_PASSWORD": "another-password"}
	if _, again := s.do(command{args: "template --data DIR/d list"}); again != "" {
		t.Errorf("a start with a password says %q", again)
	}
}

// Every command on a data folder that no server runs on.
func TestCommandsOnAFolder(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.write("deals.csv", "name,amount\nA,5\nB,7\n")
	s.write("bad.csv", "name,amount\nC,much\n")
	s.all([]command{
		{args: "template list --data DIR/d", says: []string{"opportunity-pipeline"}},
		{args: "template install nosuch --data DIR/d", status: 1, errs: []string{`there is no template or folder "nosuch"`}},
		{args: "template install opportunity-pipeline --data DIR/d", says: []string{"installed opportunity-pipeline", "confirmed: role/"}},
		{args: "export opportunity --data DIR/d", says: []string{"Name"}},
		{args: "template --data DIR/d install opportunity-pipeline --sample-data", says: []string{"sample records"}},
		{args: "template install opportunity-pipeline --sample-data --data DIR/d --json", says: []string{`"records": 0`}},
		{args: "template export opportunity-pipeline DIR/t --data DIR/d", says: []string{"files)"}},
		{args: "template export opportunity-pipeline DIR/t --data DIR/d", status: 1, errs: []string{"is not empty"}},
		{args: "template export nosuch DIR/u --data DIR/d", status: 1, errs: []string{"there is no package nosuch"}},
		{args: "template install DIR/t --confirm-roles --data DIR/e", says: []string{"version 2"}}, // version 1 is the package that it requires
		{args: "import DIR/deals.csv --entity opportunity --dry-run --data DIR/d", says: []string{"2 created", "nothing was written"}},
		{args: "import --entity opportunity DIR/deals.csv --data DIR/d", says: []string{"2 created"}},
		{args: "import DIR/bad.csv --entity opportunity --data DIR/d", status: 1, says: []string{`"much"`}, errs: []string{"1 rows have problems"}},
		{args: "import DIR/deals.csv --data DIR/d", status: 2, errs: []string{"import needs --entity"}},
		{args: "import DIR/none.csv --entity opportunity --data DIR/d", status: 1, errs: []string{"there is no file or folder"}},
		{args: "import DIR/deals.csv --entity none --data DIR/d", status: 1, errs: []string{"there is no entity none"}},
		{args: `export opportunity --where ["name","=","B"] --data DIR/d`, says: []string{",B,"}},
		{args: "export opportunity --out DIR/o.xlsx --data DIR/d", says: []string{"o.xlsx"}},
		{args: "export none --data DIR/d", status: 1, errs: []string{"there is no entity none"}},
		{args: "user add li.si --name 李~四 --role sales --department 销售部 --password secret-pass-1 --data DIR/d", says: []string{"added li.si"}},
		{args: "user add li.si --data DIR/d", status: 1, errs: []string{"already taken"}},
		{args: "user add wang --role boss --data DIR/d", status: 1, errs: []string{`there is no role "boss"`}},
		{args: "user add kurz --password short --data DIR/d", status: 1, errs: []string{"at least 8 characters"}},
		{args: "user role kurz sales --data DIR/d", status: 1, errs: []string{"there is no user kurz"}}, // nothing was half made
		{args: "user role li.si sales_manager sales --data DIR/d", says: []string{"now has the roles sales_manager, sales"}},
		{args: "user role li.si sales_manager --remove --data DIR/d", says: []string{"no longer has the roles sales_manager"}},
		{args: "user passwd li.si --data DIR/d", stdin: "secret-pass-2\n", says: []string{"is set"}},
		{args: "user passwd li.si --data DIR/d", stdin: "short\n", status: 1, errs: []string{"shorter than 8"}},
		{args: "user passwd li.si --data DIR/d", status: 1, errs: []string{"no password on standard input"}},
		{args: "user passwd nobody --data DIR/d", stdin: "secret-pass-2\n", status: 1, errs: []string{"there is no user nobody"}},
		{args: "token add mine --data DIR/d", says: []string{"weft_"}},
		{args: "token add script --user li.si --data DIR/d", says: []string{"weft_"}},
		{args: "token add script --user li.si --role boss --data DIR/d", status: 1, errs: []string{`there is no role "boss"`}},
		{args: "doctor --data DIR/d", says: []string{"definitions"}},
	})
}

// A backup comes back whole, and only into an empty folder.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.write("no.tgz", "no backup")
	s.all([]command{
		{args: "template install opportunity-pipeline --sample-data --data DIR/d"},
		{args: "backup DIR/b.tgz --data DIR/d", says: []string{"wrote"}},
		{args: "backup DIR/none/b.tgz --data DIR/d", status: 1, errs: []string{"there is no folder"}},
		{args: "restore DIR/b.tgz --data DIR/r", says: []string{"restored"}},
		{args: "restore DIR/b.tgz --data DIR/r", status: 1, errs: []string{"already holds a database"}},
		{args: "restore DIR/none.tgz --data DIR/x", status: 1, errs: []string{"there is no backup"}},
		{args: "restore DIR/no.tgz --data DIR/x", status: 1, errs: []string{"not a backup of weft"}},
		{args: "doctor --data DIR/r --json", says: []string{`"ok": true`}},
	})
	before, _ := s.do(command{args: "export opportunity --data DIR/d"})
	if after, _ := s.do(command{args: "export opportunity --data DIR/r"}); after != before || strings.Count(after, "\n") < 10 {
		t.Errorf("restored:\n%s\nbefore:\n%s", after, before)
	}
}

// While a server runs, commands go through it, and a second server is refused.
func TestCommandsNextToAServer(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.do(command{args: "template install opportunity-pipeline --data DIR/d"})
	server := startCrashServer(t, filepath.Join(s.dir, "d"), "")
	t.Cleanup(server.kill)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	token, _ := s.do(command{args: "token add ops --role admin --data DIR/d", says: []string{"weft_"}})
	at := " --server " + server.url + " --token " + strings.TrimSpace(token)
	s.all([]command{
		{args: "serve --data DIR/d --listen 127.0.0.1:0", status: 1, errs: []string{"in use by another weft process"}},
		{args: "serve --data DIR/e --listen " + listener.Addr().String(), status: 1, errs: []string{"address already in use"}},
		{args: "serve --data DIR/e --listen nonsense", status: 1, errs: []string{"missing port"}},
		{args: "user add li --name L --role sales --data DIR/d", says: []string{"added li"}},
		{args: "export opportunity" + at, says: []string{"Name"}},
		{args: "template list" + at, says: []string{"opportunity-pipeline"}},
		{args: "template list --server " + server.url + " --token wrong", status: 1, errs: []string{"sign in"}},
		{args: "doctor --data DIR/d", says: []string{"runs on this folder"}},
		{args: "doctor" + at, says: []string{"answers"}},
		{args: "backup DIR/b.tgz --data DIR/d", says: []string{"wrote"}},
		{args: "restore DIR/b.tgz --data DIR/d", status: 1, errs: []string{"in use by another weft process"}},
		{args: "restore DIR/b.tgz --data DIR/r", says: []string{"restored"}},
		{args: "export user --where [\"login\",\"=\",\"li\"] --data DIR/r", says: []string{"li"}},
	})
}

// --json is for machines: every answer is one JSON document.
func TestAnswersForMachines(t *testing.T) {
	t.Parallel()
	s := newSession(t)
	s.write("deals.csv", "name\nA\n")
	for _, args := range []string{
		"template install opportunity-pipeline", "template list", "import DIR/deals.csv --entity opportunity", "export opportunity --out DIR/o.csv",
		"user add li", "token add x", "backup DIR/b.tgz", "doctor", "version",
	} {
		out, _ := s.do(command{args: args + " --json --data DIR/d"})
		if !json.Valid([]byte(out)) {
			t.Errorf("weft %s --json is no JSON: %s", args, out)
		}
	}
}
