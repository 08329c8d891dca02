// Reads "#客户张总 13800005678 意向采购冲压模具": name, phone and need in any order.
// What somebody corrected by hand stays.
const phone = /(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}/

export default function (event) {
  const line = event.record
  if (event.old && event.old.text === line.text) return
  let text = line.text.replace(/^#?\s*(客户|线索|lead)\s*[:：]?/i, '').trim()
  const found = text.match(phone)
  if (found) {
    line.phone = line.phone ?? found[0]
    text = text.replace(found[0], ' ').trim()
  }
  const [name, ...rest] = text.split(/[\s,，;；]+/).filter(Boolean)
  if (!name) throw fail('/text', { 'zh-CN': '请写上客户姓名', en: 'the line names nobody' })
  line.name = line.name ?? name.slice(0, 80)
  const need = rest.join(' ').replace(/^(意向|需求|想要|想)[:：]?/, '')
  if (need) line.need = line.need ?? need
}
