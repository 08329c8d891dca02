package builder

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"weft/runtime/model"
	"weft/schemas"
)

// The ways in which a definition changes, see Change.
const (
	changeAdded      = "added"
	changeChanged    = "changed"
	changeRemoved    = "removed"
	changeInForce    = "in_force"
	changeOutOfForce = "out_of_force"
)

// diff lists the definitions that differ between two sets, or of which one waits for
// packages: those of the new one in its order, then what was removed.
func diff(old, new *schemas.Set) ([]Change, error) {
	changes := []Change{}
	for _, d := range new.All() {
		before, ok := old.Get(d.DefinitionKind(), d.DefinitionKey())
		if !ok {
			changes = append(changes, changeOf(d, changeAdded))
			continue
		}
		same, err := equal(before, d)
		if err != nil {
			return nil, err
		}
		worked, works := model.IsInForce(old, before), model.IsInForce(new, d)
		switch {
		case works && !worked:
			changes = append(changes, changeOf(d, changeInForce))
		case worked && !works:
			changes = append(changes, changeOf(d, changeOutOfForce))
		case !same:
			changes = append(changes, changeOf(d, changeChanged))
		}
	}
	for _, d := range old.All() {
		if _, ok := new.Get(d.DefinitionKind(), d.DefinitionKey()); !ok {
			changes = append(changes, changeOf(d, changeRemoved))
		}
	}
	return changes, nil
}

func changeOf(d schemas.Definition, op string) Change {
	return Change{Kind: d.DefinitionKind(), Key: d.DefinitionKey(), Op: op}
}

func equal(a, b schemas.Definition) (bool, error) {
	x, err := schemas.Encode(a)
	if err != nil {
		return false, fmt.Errorf("builder: %w", err)
	}
	y, err := schemas.Encode(b)
	if err != nil {
		return false, fmt.Errorf("builder: %w", err)
	}
	return bytes.Equal(x, y), nil
}

// digest tells versions of a definition apart.
func digest(d schemas.Definition) (string, error) {
	data, err := schemas.Encode(d)
	if err != nil {
		return "", fmt.Errorf("builder: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16]), nil
}

// name is a definition's kind and key, "entity/account".
func name(d schemas.Definition) string { return string(d.DefinitionKind()) + "/" + d.DefinitionKey() }
