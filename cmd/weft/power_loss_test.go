package main

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"weft/crashtest/fusetest"
)

// powerLossRounds runs a server on a disk that forgets what was not flushed,
// cuts the power while it is written to, and verifies what the disk holds.
// The cut is the moment at which the writers' acknowledgements are counted:
// they are stopped first, while the server still works on what they sent.
func powerLossRounds(t *testing.T, fault string, count int) (lost, torn []string, acknowledged int) {
	image := crashFolder(t)
	var acks []ack
	for round := range count {
		disk, err := fusetest.Mount(t.TempDir(), image)
		if err != nil {
			fusetest.Missing(t, err)
		}
		s := startCrashServer(t, disk.Dir, fault)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond+rand.N(450*time.Millisecond))
		acks = append(acks, s.writeUntil(ctx, round)...)
		cancel()
		image = filepath.Join(t.TempDir(), "after")
		if err := disk.Cut(image); err != nil {
			t.Fatal(err)
		}
		s.kill()
		if err := disk.Close(); err != nil {
			t.Fatal(err)
		}
		if round%20 == 19 || round == count-1 || fault != "" {
			if lost, torn = verifyFile(t, filepath.Join(image, databaseName), acks); len(lost)+len(torn) > 0 {
				break
			}
		}
	}
	return lost, torn, len(acks)
}

// R-02, D: a power cut loses no acknowledged write.
func TestPowerLossLosesNothing(t *testing.T) {
	count := rounds(5, 200)
	lost, torn, n := powerLossRounds(t, "", count)
	t.Logf("%d rounds, %d acknowledged writes, %d lost, %d torn", count, n, len(lost), len(torn))
	if n == 0 || len(lost) > 0 || len(torn) > 0 {
		t.Errorf("acknowledged %d; lost %v; torn %v", n, head(lost), head(torn))
	}
}

// The disk must show that a server which does not flush loses writes.
func TestPowerLossCheckerSeesAServerThatDoesNotFlush(t *testing.T) {
	lost, torn, n := powerLossRounds(t, faultNoFlush, 3)
	if len(lost)+len(torn) == 0 {
		t.Errorf("%d writes were acknowledged without a flush, and none was missed", n)
	}
}
