package files

import "context"

// Foreign tells whether the storage is another database's, and changes
// nothing: what a copy of this database's files must not be put into.
func (s *Service) Foreign(ctx context.Context) (bool, error) {
	owner, err := s.Owner(ctx)
	if err != nil || owner == "" {
		return false, err
	}
	name, err := s.Name(ctx)
	return name != owner, err
}
