package query_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"weft/runtime/query"
)

func TestDecimalKeepsEveryDigit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in           any
		stored, wire string
	}{
		{"0", "10000000000000000000", "0"},
		{"-0", "10000000000000000000", "0"},
		{"0012.50", "10000000000000125000", "12.5"},
		{json.Number("12.50"), "10000000000000125000", "12.5"},
		{12.5, "10000000000000125000", "12.5"},
		{0.1, "10000000000000001000", "0.1"},
		{int64(10005534), "10000000100055340000", "10005534"},
		{7, "10000000000000070000", "7"},
		{"-0.01", "09999999999999999900", "-0.01"},
		{"1e3", "10000000000010000000", "1000"},
		{"1.10e1", "10000000000000110000", "11"},
		{"125E-4", "10000000000000000125", "0.0125"},
		{"1.50000000", "10000000000000015000", "1.5"},
		{json.Number("999999999999999.9999"), "19999999999999999999", "999999999999999.9999"},
		{"-999999999999999.9999", "00000000000000000001", "-999999999999999.9999"},
	} {
		got, err := query.ParseDecimal(c.in)
		if err != nil || got != c.stored {
			t.Errorf("ParseDecimal(%v) = %q, %v; want %q", c.in, got, err, c.stored)
		}
		if wire := query.FormatDecimal(c.stored); wire != c.wire {
			t.Errorf("FormatDecimal(%q) = %q, want %q", c.stored, wire, c.wire)
		}
	}
}

func TestDecimalRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   any
		want error
	}{
		{"", query.ErrNotDecimal}, {"-", query.ErrNotDecimal}, {"--1", query.ErrNotDecimal}, {"+1", query.ErrNotDecimal},
		{".5", query.ErrNotDecimal}, {"5.", query.ErrNotDecimal}, {"1,000", query.ErrNotDecimal}, {" 1", query.ErrNotDecimal},
		{"１２", query.ErrNotDecimal}, {"NaN", query.ErrNotDecimal}, {"1e", query.ErrNotDecimal}, {"1e99999", query.ErrNotDecimal},
		{true, query.ErrNotDecimal}, {nil, query.ErrNotDecimal},
		{"1e15", query.ErrDecimalRange}, {"1000000000000000", query.ErrDecimalRange}, {strings.Repeat("9", 80), query.ErrDecimalRange},
		{"0.00001", query.ErrDecimalScale}, {"1.23456", query.ErrDecimalScale}, {"1e-5", query.ErrDecimalScale},
	} {
		if got, err := query.ParseDecimal(c.in); !errors.Is(err, c.want) {
			t.Errorf("ParseDecimal(%v) = %q, %v; want %v", c.in, got, err, c.want)
		}
	}
}

func TestDecimalSumsAreExactBeyondAFieldsRange(t *testing.T) {
	t.Parallel()
	greatest, _ := query.ParseDecimal("999999999999999.9999")
	least, _ := query.ParseDecimal("-999999999999999.9999")
	sum := query.AddDecimal(query.AddDecimal(greatest, greatest), greatest)
	if got := query.FormatDecimal(sum); got != "2999999999999999.9997" {
		t.Errorf("sum = %s", got)
	}
	if got := query.FormatDecimal(query.AddDecimal(query.AddDecimal(least, least), least)); got != "-2999999999999999.9997" {
		t.Errorf("negative sum = %s", got)
	}
	if got := query.FormatDecimal(query.AddDecimal(sum, query.AddDecimal(least, query.AddDecimal(least, least)))); got != "0" {
		t.Errorf("sum of all = %s", got)
	}
}

func TestAverageRoundsHalvesAway(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sum  string
		n    int64
		want string
	}{{"10", 4, "2.5"}, {"1", 3, "0.3333"}, {"2", 3, "0.6667"}, {"0.0001", 2, "0.0001"}, {"-0.0001", 2, "-0.0001"}, {"-2", 3, "-0.6667"}} {
		sum, _ := query.ParseDecimal(c.sum)
		if got := query.FormatDecimal(query.AverageDecimal(sum, c.n)); got != c.want {
			t.Errorf("%s / %d = %s, want %s", c.sum, c.n, got, c.want)
		}
	}
}

// TestDecimalAgreesWithBigIntegers compares with arithmetic that cannot overflow.
func TestDecimalAgreesWithBigIntegers(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	before, beforeStored := new(big.Int), query.ScaledToDecimal(new(big.Int))
	for range 2000 {
		n := big.NewInt(r.Int64N(1<<62) - 1<<61)
		stored := query.ScaledToDecimal(n)
		if back, ok := query.DecimalToScaled(stored); !ok || back.Cmp(n) != 0 {
			t.Fatalf("%s came back as %s", n, back)
		}
		if again, err := query.ParseDecimal(query.FormatDecimal(stored)); err != nil || again != stored {
			t.Fatalf("%s was read back as %s, %v", stored, again, err)
		}
		if n.Cmp(before) != strings.Compare(stored, beforeStored) {
			t.Fatalf("text order of %s and %s is not number order", stored, beforeStored)
		}
		before, beforeStored = n, stored
	}
}
