package main

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

// fromEnvironment gives flags that were left out the value of their variable.
func (m *Main) fromEnvironment() kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		name := flag.Tag.Get("variable")
		if name == "" {
			return nil, nil // kong's way to say that there is no value
		}
		if value := m.Getenv(name); value != "" {
			return value, nil
		}
		return nil, nil
	})
}

// nameVariables adds to the help of a flag the variable that can set it.
func nameVariables(model *kong.Application) {
	for _, flag := range model.Node.Flags {
		if name := flag.Tag.Get("variable"); name != "" {
			flag.Help = strings.TrimSuffix(flag.Help, ".") + " (or " + name + ")."
		}
	}
}

// byteSize is a number of bytes, written with or without a unit.
type byteSize int64

// UnmarshalText reads 1048576, 100MB (powers of a thousand) or 100MiB (of 1024).
func (b *byteSize) UnmarshalText(text []byte) error {
	number := strings.TrimRight(string(text), "KMGTiB")
	unit, known := map[string]float64{
		"": 1, "B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
	}[string(text)[len(number):]]
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !known || n < 0 || math.IsNaN(n) || n*unit >= math.MaxInt64 {
		return fmt.Errorf("%q is no size; write it like 500MB or 50GiB", text)
	}
	*b = byteSize(n * unit)
	return nil
}

// orNone is the size, or -1 for 0, where 0 means the default.
func (b byteSize) orNone() int64 {
	if b == 0 {
		return -1
	}
	return int64(b)
}

// addresses are networks; a single address is a network of its own.
type addresses []netip.Prefix

// UnmarshalText reads 10.0.0.1,192.168.0.0/16.
func (a *addresses) UnmarshalText(text []byte) error {
	*a = nil
	for part := range strings.SplitSeq(string(text), ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		network, err := netip.ParsePrefix(part)
		if err != nil {
			addr, err := netip.ParseAddr(part)
			if err != nil {
				return fmt.Errorf("%q is no address and no network; write it like 10.0.0.1 or 10.0.0.0/8", part)
			}
			network = netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen())
		}
		*a = append(*a, network)
	}
	return nil
}
