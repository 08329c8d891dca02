package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"weft/runtime/transfer"
)

// shown is how many kinds of problems, values and rows a report names.
const (
	shownKinds  = 20
	shownValues = 3
	shownRows   = 5
)

// importReport has a line or two for each file and a line for each kind of problem.
func (m *Main) importReport(p *transfer.Progress) string {
	var lines []string
	for _, f := range p.Files {
		lines = append(lines, m.say("%s → %s：共 %d 行，新建 %d，更新 %d，未变 %d，有问题 %d", "%s → %s: %d rows, %d created, %d updated, %d unchanged, %d with problems",
			f.File, f.Entity, f.Rows, f.Created, f.Updated, f.Unchanged, f.Failed))
		if len(f.Ignored) > 0 {
			lines = append(lines, m.say("  未使用的列：%s", "  ignored columns: %s", strings.Join(f.Ignored, ", ")))
		}
		if f.EncodingGuessed {
			lines = append(lines, m.say("  编码按 %s 读取；如有乱码请用 --encoding 指定", "  read as %s; if texts are wrong, name the encoding with --encoding", f.Encoding))
		}
	}
	if len(p.Unused) > 0 {
		lines = append(lines, m.say("未使用的文件：%s", "files that no mapping names: %s", strings.Join(p.Unused, ", ")))
	}
	kinds := kindsOf(p.Problems)
	for i, k := range kinds {
		if i == shownKinds {
			lines = append(lines, m.say("  另有 %d 类问题", "  and %d more kinds of problems", len(kinds)-i))
			break
		}
		lines = append(lines, m.kindLine(k))
	}
	switch {
	case p.DryRun:
		lines = append(lines, m.say("试运行，未写入任何内容", "nothing was written (dry run)"))
	default:
		lines = append(lines, m.say("导入 %s", "import %s", p.ID))
	}
	return strings.Join(lines, "\n")
}

// problemKind is one reason in one column, with values that have it.
type problemKind struct {
	transfer.ProblemGroup
	values []string
}

// kindsOf groups problems that differ in the value only, most rows first.
func kindsOf(list []transfer.ProblemGroup) []*problemKind {
	var kinds []*problemKind
	index := map[[5]string]*problemKind{}
	for _, x := range list {
		message := x.Message
		if x.Value != "" {
			message = strings.ReplaceAll(message, x.Value, "…") // messages may repeat the value
		}
		key := [5]string{x.File, x.Column, x.Field, x.Code, message}
		k := index[key]
		if k == nil {
			k = &problemKind{ProblemGroup: x}
			k.Count, k.Rows, k.Message = 0, nil, message
			index[key] = k
			kinds = append(kinds, k)
		}
		k.Count += x.Count
		k.Rows = append(k.Rows, x.Rows...)
		if x.Value != "" {
			k.values = append(k.values, fmt.Sprintf("%q", x.Value))
		}
	}
	slices.SortStableFunc(kinds, func(a, b *problemKind) int { return b.Count - a.Count })
	return kinds
}

func (m *Main) kindLine(k *problemKind) string {
	slices.Sort(k.Rows)
	where := k.File
	switch {
	case k.Column != "" && k.Field != "" && !strings.EqualFold(k.Column, k.Field):
		where += m.say("，列“%s”（%s）", ", column %q (%s)", k.Column, k.Field)
	case k.Column != "":
		where += m.say("，列“%s”", ", column %q", k.Column)
	case k.Field != "":
		where += m.say("，字段 %s", ", field %s", k.Field)
	}
	values := ""
	if n := len(k.values); n > 0 {
		values = " " + strings.Join(k.values[:min(n, shownValues)], ", ")
		if n > shownValues {
			values += " …"
		}
	}
	rows := strings.Trim(fmt.Sprint(k.Rows[:min(len(k.Rows), shownRows)]), "[]")
	return m.say("  %s%s：%s（%d 行，首先是第 %s 行）", "  %s%s: %s (%d rows, first: %s)", where, values, k.Message, k.Count, strings.ReplaceAll(rows, " ", ", "))
}

// importError says why an import is not all that it should be.
func (m *Main) importError(p *transfer.Progress) error {
	if f := p.Failure; f != nil {
		text := f.Message
		for i, e := range f.Errors {
			if i == shownKinds {
				text += "; …"
				break
			}
			text += "; " + strings.TrimSpace(strings.TrimLeft(e.Path, "/")+" "+e.Message)
		}
		return errors.New(m.say("导入中止：%s", "the import stopped: %s", text))
	}
	failed := 0
	for _, f := range p.Files {
		failed += f.Failed
	}
	if failed > 0 {
		return errors.New(m.say("%d 行有问题，未导入", "%d rows have problems and were left out", failed))
	}
	return nil
}
