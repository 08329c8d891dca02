package gallery

import (
	"context"

	"weft/builder"
	"weft/runtime/access"
	"weft/runtime/model"
	"weft/runtime/problem"
)

// Uninstall removes the definitions of an installed package. Its records stay out
// of sight, or, with removeData, are deleted before like any record, with history
// and recycle bin; it fails with their problem when one of them cannot be deleted.
func (g *Gallery) Uninstall(ctx context.Context, by *access.Actor, key string, removeData bool) (Installation, error) {
	var done Installation
	if err := g.o.Builder.CheckUninstall(ctx, key); err != nil {
		return done, err
	}
	p, err := g.o.Builder.Package(ctx, key)
	if err != nil {
		return done, err
	}
	if removeData {
		if done.Records, err = g.deleteAll(ctx, by, g.entitiesOf(p)); err != nil {
			return done, err
		}
	}
	done.Version, err = g.o.Builder.Uninstall(ctx, by.Login, key)
	return done, err
}

// entitiesOf are the entities that a package defines: not those that it only extends,
// nor those that wait for another package.
func (g *Gallery) entitiesOf(p builder.Installed) []string {
	var entities []string
	for _, d := range model.InForce(g.o.Builder.Published()).Entities {
		if _, own := p.Definitions["entity/"+d.Key]; own {
			entities = append(entities, d.Key)
		}
	}
	return entities
}

// deleteAll deletes all records of entities and tells how many. A record that
// others refer to is tried again once those are deleted.
func (g *Gallery) deleteAll(ctx context.Context, by *access.Actor, entities []string) (int, error) {
	total := 0
	for {
		deleted, left := 0, error(nil)
		for _, entity := range entities {
			n, err := g.o.Delete(ctx, by, entity)
			deleted += n
			if problem.CodeOf(err) == problem.Referenced {
				left = err
			} else if err != nil {
				return total + deleted, err
			}
		}
		total += deleted
		if left == nil || deleted == 0 {
			return total, left
		}
	}
}
