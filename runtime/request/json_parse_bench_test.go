package request

import (
	"strings"
	"testing"
)

func BenchmarkParseJSON(b *testing.B) {
	record := `{"name":"上海某某有限公司 Shanghai","stage":"new","amount":"125000.50","probability":0.25,"owner":"01890a5d-ac96-774b-bcce-b302099a8057","tags":["a","b","c"],"closed":false,"note":null,"address":{"street":"Nanjing Road 1","city":"上海","lat":31.2304,"lng":121.4737},"created_at":"2026-01-31T08:00:00.123Z"}`
	escaped := strings.Replace(record, `"note":null`, `"note":"first line\nsecond line with \"quotes\"\n\u4e2d\u6587 and then some more text that goes on for a while"`, 1)
	many := "[" + strings.TrimSuffix(strings.Repeat(record+",", 200), ",") + "]"
	for name, body := range map[string]string{"record": record, "escaped": escaped, "200 records": many} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseJSON(body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
