package schemas

// DefinitionKind is KindEntity.
func (*Entity) DefinitionKind() Kind { return KindEntity }

// DefinitionKey is the key of the definition.
func (d *Entity) DefinitionKey() string { return d.Key }

// DefinitionKind is KindForm.
func (*Form) DefinitionKind() Kind { return KindForm }

// DefinitionKey is the key of the definition.
func (d *Form) DefinitionKey() string { return d.Key }

// DefinitionKind is KindView.
func (*View) DefinitionKind() Kind { return KindView }

// DefinitionKey is the key of the definition.
func (d *View) DefinitionKey() string { return d.Key }

// DefinitionKind is KindStageMachine.
func (*StageMachine) DefinitionKind() Kind { return KindStageMachine }

// DefinitionKey is the key of the definition.
func (d *StageMachine) DefinitionKey() string { return d.Key }

// DefinitionKind is KindTrigger.
func (*Trigger) DefinitionKind() Kind { return KindTrigger }

// DefinitionKey is the key of the definition.
func (d *Trigger) DefinitionKey() string { return d.Key }

// DefinitionKind is KindRole.
func (*Role) DefinitionKind() Kind { return KindRole }

// DefinitionKey is the key of the definition.
func (d *Role) DefinitionKey() string { return d.Key }

// DefinitionKind is KindScript.
func (*Script) DefinitionKind() Kind { return KindScript }

// DefinitionKey is the key of the definition.
func (d *Script) DefinitionKey() string { return d.Key }

// DefinitionKind is KindDashboard.
func (*Dashboard) DefinitionKind() Kind { return KindDashboard }

// DefinitionKey is the key of the definition.
func (d *Dashboard) DefinitionKey() string { return d.Key }

// DefinitionKind is KindTemplate.
func (*Template) DefinitionKind() Kind { return KindTemplate }

// DefinitionKey is the key of the definition.
func (d *Template) DefinitionKey() string { return d.Key }

// DefinitionWhen names the packages of the definition's condition.
func (d *Entity) DefinitionWhen() []string { return d.When }

// DefinitionWhen names the packages of the definition's condition.
func (d *Form) DefinitionWhen() []string { return d.When }

// DefinitionWhen names the packages of the definition's condition.
func (d *View) DefinitionWhen() []string { return d.When }

// DefinitionWhen names the packages of the definition's condition.
func (d *StageMachine) DefinitionWhen() []string { return d.When }

// DefinitionWhen names the packages of the definition's condition.
func (d *Trigger) DefinitionWhen() []string { return d.When }

// DefinitionWhen names the packages of the definition's condition.
func (d *Role) DefinitionWhen() []string { return d.When }

// DefinitionWhen names the packages of the definition's condition.
func (d *Script) DefinitionWhen() []string { return d.When }

// DefinitionWhen names the packages of the definition's condition.
func (d *Dashboard) DefinitionWhen() []string { return d.When }

// DefinitionWhen names the packages of the definition's condition.
func (d *AssignmentRule) DefinitionWhen() []string { return d.When }

// DefinitionWhen is nil: a package is always there.
func (d *Template) DefinitionWhen() []string { return nil }
