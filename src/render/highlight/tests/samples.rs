//! Small texts of many languages with what is shown for them. After a change on purpose, read the
//! difference and paste the new text.

/// Language, code, and what is shown for it.
pub(super) const SAMPLES: &[(&str, &str, &str)] = &[
    (
        "toml",
        r#"# comment
[package.x]
name = "docproof" # c
a.b = [1, 2.5, true]
d = 1979-05-27T07:32:00Z
[[bin]]
'q' = { version = '1', x = 0xff }
"#,
        r#"[c # comment]
[[h package].[h x]]
[p name] = [s "docproof"] [c # c]
[p a].[p b] = [[n 1], [n 2.5], [k true]]
[p d] = [n 1979-05-27T07:32:00Z]
[[[h bin]]]
[p 'q'] = { [p version] = [s '1'], [p x] = [n 0xff] }
"#,
    ),
    (
        "js",
        r#"// comment
import { readFile } from "node:fs";
export default async function main(a, b = 1) {
  const re = /a[b]/g; /* c */
  if (a === null && !b) return `x ${a.foo(1)} y`;
  class Foo extends Bar { static x = 1; get y() { return this.x; } }
  const f = (x) => x + 0xff; new Map(); console.log(f, undefined, { key: 1, "k2": 2 });
}
"#,
        r#"[c // comment]
[k import] { readFile } [k from] [s "node:fs"];
[k export] [k default] [k async] [k function] [f main](a, b = [n 1]) {
  [k const] re = [s /a[b]/][k g]; [c /* c */]
  [k if] (a === [k null] && !b) [k return] [s `x ]${a.[f foo]([n 1])}[s  y`];
  [k class] [t Foo] [k extends] [t Bar] { [k static] [p x] = [n 1]; [k get] [f y]() { [k return] [k this].x; } }
  [k const] [f f] = (x) => x + [n 0xff]; [k new] [t Map](); [t console].[f log](f, [k undefined], { [p key]: [n 1], [p "k2"]: [n 2] });
}
"#,
    ),
    (
        "ts",
        r#"interface User<T> { readonly name: string; id?: number }
@Component({ selector: "x" })
export class A implements User<string> { private x: Array<number> = []; constructor(public y: any) { super(); } }
type Z = keyof User | "lit"; enum Color { Red = 1 }
async function go(a: string): Promise<void> { await fetch(`u/${a}`); }
"#,
        r#"[k interface] [t User]<[t T]> { [k readonly] [p name]: [t string]; [p id]?: [t number] }
[a @Component]({ [p selector]: [s "x"] })
[k export] [k class] [t A] [k implements] [t User]<[t string]> { [k private] [p x]: [t Array]<[t number]> = []; [k constructor]([k public] y: [t any]) { [k super](); } }
[k type] [t Z] = [k keyof] [t User] | [s "lit"]; [k enum] [t Color] { [p Red] = [n 1] }
[k async] [k function] [f go](a: [t string]): [t Promise]<[t void]> { [k await] [f fetch]([s `u/]${a}[s `]); }
"#,
    ),
    (
        "tsx",
        r#"const A = ({ x }: Props) => <div className="a" onClick={() => go(1)}>Hi {x} <Foo bar /></div>; // c
"#,
        r#"[k const] [f A] = ({ x }: [t Props]) => <[g div] [a className]=[s "a"] [a onClick]={() => [f go]([n 1])}>Hi {x} <[g Foo] [a bar] /></[g div]>; [c // c]
"#,
    ),
    (
        "jsx",
        r#"const A = (x) => <div className="a" onClick={() => go(1)}>Hi {x} <Foo bar /></div>; // c
"#,
        r#"[k const] [f A] = (x) => <[g div] [a className]=[s "a"] [a onClick]={() => [f go]([n 1])}>Hi {x} <[g Foo] [a bar] /></[g div]>; [c // c]
"#,
    ),
    (
        "json",
        r#"{ "key": "value", "n": [1, -2.5e3, true, null], "o": { "k": "v\n" } } // c
"#,
        r#"{ [p "key"]: [s "value"], [p "n"]: [[n 1], [n -2.5e3], [k true], [k null]], [p "o"]: { [p "k"]: [s "v\n"] } } [c // c]
"#,
    ),
    (
        "yaml",
        r#"# comment
key: value
"quoted": 'single' 
list: [1, 2.5, true, null]
- item: &anchor !!str x
  block: |
    text here
on:
  push: *anchor
"#,
        r#"[c # comment]
[p key]: value
[s "quoted"]: [s 'single'] 
[p list]: [[n 1], [n 2.5], [k true], [k null]]
- [p item]: &anchor !!str x
  [p block]: |
    text here
[k on]:
  [p push]: *anchor
"#,
    ),
    (
        "bash",
        r#"#!/bin/bash
# comment
set -euo pipefail
for f in *.rs; do echo "hi $f ${f%.rs} $(date +%s)" 'single' > /dev/null; done
if [[ -z "$X" ]]; then export A=1; foo() { return 0; }; fi
curl -X POST https://x.y --data '{"a": 1}' | jq . && cargo build --release
cat <<EOF
text
EOF
"#,
        r#"[c #!/bin/bash]
[c # comment]
[f set] -euo pipefail
[k for] f [k in] *.rs; [k do] [f echo] [s "hi ]$f[s  ]${f%.rs}[s  ]$([f date] +%s)[s "] [s 'single'] > /dev/null; [k done]
[k if] [[ -z [s "]$X[s "] ]]; [k then] [k export] A=1; [f foo]() { [k return] 0; }; [k fi]
[f curl] -X POST https://x.y --data [s '{"a": 1}'] | [f jq] . && [f cargo] build --release
[f cat] <<[k EOF]
[s text]
[k EOF]
"#,
    ),
    (
        "console",
        r#"$ cargo build --release # c
   Compiling if x
user@host:~/x$ echo "a" \
> && ls
$
# cargo "root"
$ ls 'x'
if out "x"
"#,
        r#"[c $ ][f cargo] build --release [c # c]
   Compiling if x
[c user@host:~/x$ ][f echo] [s "a"] \
[c > ]&& [f ls]
[c $]
# cargo "root"
[c $ ][f ls] [s 'x']
if out "x"
"#,
    ),
    (
        "sql",
        r"-- comment
SELECT u.id, COUNT(*) AS n FROM users u LEFT JOIN t ON u.id = t.id WHERE name = 'x' AND n > 10;
CREATE TABLE foo (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL DEFAULT 'a');
/* block */ select now();
",
        r"[c -- comment]
[k SELECT] u.id, [f COUNT](*) [k AS] n [k FROM] users u [k LEFT JOIN] t ON u.id = t.id [k WHERE] name = [s 'x'] [k AND] n > [n 10];
[k CREATE] [k TABLE] [f foo] (id [k INTEGER] [k PRIMARY KEY], name [k VARCHAR]([n 20]) [k NOT] [k NULL] [k DEFAULT] [s 'a']);
[c /* block */] [k select] now();
",
    ),
    (
        "python",
        r#"# comment
from os import path
@decorator(1)
async def foo(self, x: int = 1, *args) -> str:
    """Doc"""
    if x is None and not False: return f"a {x + 1} b" + r'\d'
    print(len([i for i in range(10)]))
class A(Base): pass
lambda x: x
"#,
        r#"[c # comment]
[k from] os [k import] path
[a @decorator(][n 1][a )]
[k async] [k def] [f foo](self, x: [t int] = [n 1], *args) -> [t str]:
    [c """Doc"""]
    [k if] x [k is] [k None] [k and] [k not] [k False]: [k return] [s f"a ]{x + [n 1]}[s  b"] + [s r'\d']
    [f print]([f len]([i [k for] i [k in] [f range]([n 10])]))
[k class] [t A]([t Base]): [k pass]
[k lambda] x: x
"#,
    ),
    (
        "go",
        r#"// comment
package main
import "fmt"
type User struct { Name string `json:"name"` }
func (u *User) Hi(a int) error { x := map[string]int{"a": 1}; for i := range x { fmt.Println(i, 'c', nil) }; return nil }
"#,
        r#"[c // comment]
[k package] main
[k import] [s "fmt"]
[k type] [t User] [k struct] { Name [t string] [s `json:"name"`] }
[k func] (u *[t User]) [f Hi](a [t int]) [t error] { x := [k map][[t string]][t int]{[s "a"]: [n 1]}; [k for] i := [k range] x { fmt.[f Println](i, [s 'c'], [k nil]) }; [k return] [k nil] }
"#,
    ),
    (
        "java",
        r#"/** Doc */
package a.b; import java.util.List;
@Override
public final class Main extends Base implements X { private int x = 1; static void main(String[] args) { System.out.println("hi" + 'c' + 1L); if (x == null) throw new Foo(); } } // c
"#,
        r#"[c /** Doc */]
[k package] a.b; [k import] java.util.[t List];
[a @Override]
[k public] [k final] [k class] [t Main] [k extends] [t Base] [k implements] [t X] { [k private] [t int] x = [n 1]; [k static] [k void] [f main]([t String][] args) { [t System].out.[f println]([s "hi"] + [s 'c'] + [n 1L]); [k if] (x == [k null]) [k throw] [k new] [t Foo](); } } [c // c]
"#,
    ),
    (
        "kotlin",
        r#"// c
package a
@Ann data class User(val name: String, var x: Int = 1)
fun main(args: Array<String>): Unit { val s = "hi $name ${x + 1}"; when (x) { 1 -> println(s); else -> null } }
"#,
        r#"[c // c]
[k package] a
@Ann [k data] [k class] [t User]([k val] name: [t String], [k var] x: [t Int] = [n 1])
[k fun] [f main](args: [t Array]<[t String]>): [t Unit] { [k val] s = [s "hi ]$name[s  ]${x + 1}[s "]; [k when] (x) { [n 1] -> println(s); [k else] -> [k null] } }
"#,
    ),
    (
        "swift",
        r#"// c
import Foundation
@objc final class A: B { var x: Int = 1; func foo(_ a: String) -> Bool { guard let y = x else { return nil }; print("a \(y)"); return true } }
"#,
        r#"[c // c]
[k import] [t Foundation]
[a @objc] [k final] [k class] A: B { [k var] x: [t Int] = [n 1]; [k func] [f foo](_ a: [t String]) -> [t Bool] { [k guard] [k let] y = x [k else] { [k return] [k nil] }; print([s "a ]\(y)[s "]); [k return] [k true] } }
"#,
    ),
    (
        "php",
        r#"// c
namespace App;
use Foo\Bar;
class A extends B { public function foo(string $x = 'a'): int { if ($x === null) { return strlen("hi $x"); } echo 1; } }
"#,
        r#"[c // c]
[k namespace] App;
[k use] Foo\[t Bar];
[k class] [t A] [k extends] [t B] { [k public] [k function] [f foo]([k string] $x = [s 'a']): [k int] { [k if] ($x === [k null]) { [k return] [f strlen]([s "hi ]$x[s "]); } [f echo] [n 1]; } }
"#,
    ),
    (
        "html",
        r#"<!DOCTYPE html>
<!-- c -->
<div class="a" id=x data-y='1'>Text &amp; <script>let x = "1"; // c
</script><style>a { color: red; }</style></div>
"#,
        r#"<![k DOCTYPE] [k html]>
[c <!-- c -->]
<[g div] [a class]=[s "a"] [a id]=[s x] [a data-y]=[s '1']>Text [s &amp;] <[g script]>[k let] x = [s "1"]; [c // c]
</[g script]><[g style]>[g a] { [p color]: red; }</[g style]></[g div]>
"#,
    ),
    (
        "css",
        r#"/* c */
@media (min-width: 10px) { .a > b#c:hover::before { color: #fff; margin: 1.5rem auto !important; background: url("x.png"); --x: var(--y); } }
"#,
        r#"[c /* c */]
[k @media] ([p min-width]: [n 10px]) { [a .a] > [g b][a #c]:hover::before { [p color]: [n #fff]; [p margin]: [n 1.5rem] auto !important; [p background]: [f url]([s "x.png"]); [p --x]: [f var]([p --y]); } }
"#,
    ),
    (
        "dockerfile",
        r#"# c
FROM rust:1.95 AS build
ENV A=1
RUN cargo build --release && echo "x"
COPY --from=build /a /b
CMD ["x", "y"]
"#,
        r#"[c # c]
[k FROM] rust:1.95 [k AS] build
[k ENV] A=1
[k RUN] cargo build --release && echo [s "x"]
[k COPY] --from=build /a /b
[k CMD] [[s "x"], [s "y"]]
"#,
    ),
    (
        "diff",
        r"--- a/x
+++ b/x
@@ -1,2 +1,3 @@ fn
 same
-old
+new
",
        r"[h --- a/x]
[h +++ b/x]
[h @@ -1,2 +1,3 @@ fn]
 same
[d -old]
[i +new]
",
    ),
    (
        "proto",
        r#"// c
syntax = "proto3";
package a.b;
message Foo { repeated string name = 1; enum E { A = 0; } oneof x { int32 y = 2; } }
service S { rpc Get (Foo) returns (stream Bar) {} }
"#,
        r#"[c // c]
[k syntax] = [s "proto3"];
[k package] a.b;
[k message] [t Foo] { [k repeated] [t string] name = [n 1]; [k enum] [t E] { A = [n 0]; } [k oneof] x { [t int32] y = [n 2]; } }
[k service] [t S] { [k rpc] [f Get] (Foo) [k returns] ([k stream] Bar) {} }
"#,
    ),
    (
        "c",
        r#"/* c */
#include <stdio.h>
#define MAX(a) ((a) + 1)
typedef struct { unsigned int x; char *s; } Foo;
static int main(int argc, char **argv) { if (argc > 1) { printf("hi %d\n", 0x1F); return NULL; } } // c
#ifdef X
#endif
"#,
        r#"[c /* c */]
[m #include] [s <stdio.h>]
[m #define] [m MAX](a) ((a) + [n 1])
[k typedef] [k struct] { [k unsigned] [k int] x; [k char] *s; } [t Foo];
[k static] [k int] [f main]([k int] argc, [k char] **argv) { [k if] (argc > [n 1]) { [f printf]([s "hi %d\n"], [n 0x1F]); [k return] [k NULL]; } } [c // c]
[m #ifdef] X
[m #endif]
"#,
    ),
    (
        "cpp",
        r#"// c
#include <vector>
namespace a { template <typename T> class Foo : public Bar { public: virtual void go() const override; std::vector<int> v{1}; }; }
int main() { auto x = nullptr; std::cout << "hi" << 'c'; for (auto& y : v) { delete y; } return true; }
"#,
        r#"[c // c]
[m #include] [s <vector>]
[k namespace] a { [k template] <[k typename] T> [k class] [t Foo] : [k public] [t Bar] { [k public]: [k virtual] [k void] [f go]() [k const] override; std::vector<[k int]> [f v]{[n 1]}; }; }
[k int] [f main]() { [k auto] x = [k nullptr]; std::cout << [s "hi"] << [s 'c']; [k for] ([k auto]& y : v) { [k delete] y; } [k return] [k true]; }
"#,
    ),
    (
        "csharp",
        r#"// c
using System;
[Attr(1)]
public class Foo : Bar { private string x = "a"; public async Task<int> Go(int a) { var y = new List<int>(); if (a == null) return await X(); Console.WriteLine($"a {y}"); } }
"#,
        r#"[c // c]
[k using] System;
[a [Attr(][n 1][a )]]
[k public] [k class] [t Foo] : [t Bar] { [k private] [k string] x = [s "a"]; [k public] [k async] [t Task]<[k int]> [f Go]([k int] a) { [k var] y = [k new] [t List]<[k int]>(); [k if] (a == [k null]) [k return] [k await] [f X](); Console.[f WriteLine]([s $"a ]{y}[s "]); } }
"#,
    ),
    (
        "batch",
        r#"REM comment
@echo off
set X=1
if exist "foo" goto end
echo %X% hello
:end
"#,
        r#"[c REM comment]
[k @echo] off
[k set] X=1
[k if] [k exist] [s "foo"] [k goto] [f end]
[k echo] %X% hello
:[l end]
"#,
    ),
    (
        "xml",
        r#"<?xml version="1.0"?>
<!-- c -->
<a:b attr="x"><c/>text &lt; <![CDATA[ x ]]></a:b>
"#,
        r#"<?[g xml] [a version]=[s "1.0"]?>
[c <!-- c -->]
<[g a:b] [a attr]=[s "x"]><[g c]/>text [s &lt;] <![[k CDATA][ x ]]></[g a:b]>
"#,
    ),
    (
        "markdown",
        r"# Heading
Text *it* **bold** `code` [link](https://x.y) 
- item
> quote
```rust
fn main() {}
```
<!-- c -->
",
        r"[h # Heading]
Text *it* **bold** [s `code`] [link]([s https://x.y]) 
- item
> quote
```rust
[k fn] [f main]() {}
```
[c <!-- c -->]
",
    ),
    (
        "ini",
        r#"; comment
[section]
key = value
n = 1
s = "str"
"#,
        r#"[c ; comment]
[[h section]]
[p key] = [s value]
[p n] = [s 1]
[p s] = [s "str"]
"#,
    ),
    (
        "makefile",
        r#"# c
CC := gcc
all: foo.o bar
	$(CC) -o x "a" $@
ifeq ($(A),b)
include x.mk
endif
.PHONY: all
"#,
        r#"[c # c]
CC := gcc
[f all]: foo.o bar
	$(CC) [f -o] x [s "a"] [k $@]
[k ifeq] ($(A),b)
[k include] x.mk
[k endif]
[f .PHONY]: all
"#,
    ),
    (
        "ruby",
        r#"# c
require 'json'
class Foo < Bar
  attr_reader :x
  def hi(a, b: 1) = puts "a #{a + 1}"
  def go; if @x.nil? then return nil end; [1].each { |i| print i }; end
end
"#,
        r#"[c # c]
[k require] [s 'json']
[k class] [t Foo] < [t Bar]
  [k attr_reader] [s :x]
  [k def] [f hi](a, b: [n 1]) = [f puts] [s "a ]#{a + [n 1]}[s "]
  [k def] [f go]; [k if] @x.[f nil?] [k then] [k return] [k nil] [k end]; [[n 1]].each { |i| [f print] i }; [k end]
[k end]
"#,
    ),
    (
        "powershell",
        r#"# c
function Get-X { param([string]$Name = "a") if ($Name -eq 'b') { Write-Host "hi $Name" } return $null }
"#,
        r#"[c # c]
[k function] [f Get-X] { [k param]([[k string]]$Name = [s "a"]) [k if] ($Name -eq [s 'b']) { [f Write-Host] [s "hi ]$Name[s "] } [k return] $[k null] }
"#,
    ),
    (
        "lua",
        r#"-- c
local function foo(a) if a == nil then return "x" end print(1) end
"#,
        r#"[c -- c]
[k local] [k function] [f foo](a) [k if] a == [k nil] [k then] [k return] [s "x"] [k end] [f print]([n 1]) [k end]
"#,
    ),
    (
        "graphql",
        r#"# c
type User { id: ID! name: String }
query Q($x: Int = 1) { user(id: "a") { name @include(if: true) } }
"#,
        r#"[c # c]
[k type] [t User] { id: [t ID]! name: [t String] }
[k query] Q($x: [t Int] = [n 1]) { user(id: [s "a"]) { name [a @][f include](if: [k true]) } }
"#,
    ),
    (
        "scss",
        r"$x: 1px; // c
.a { &:hover { color: darken(red, 10%); } }
",
        r"$x: [n 1px]; [c // c]
[a .a] { &:hover { [p color]: [f darken](red, [n 10%]); } }
",
    ),
    (
        "http",
        r#"POST /api HTTP/1.1
Host: x.y
Content-Type: application/json

{"a": "b"}
"#,
        r#"[k POST] /api [k HTTP/1.1]
[p Host]: x.y
[p Content-Type]: application/json

{[p "a"]: [s "b"]}
"#,
    ),
    (
        "nginx",
        r#"# c
server { listen 80; location /a { proxy_pass "http://x"; } }
"#,
        r#"[c # c]
[k server] { [k listen] [s 80]; [k location] /a { [k proxy_pass] [s "http://x"]; } }
"#,
    ),
    (
        "dart",
        r"// c
import 'x.dart';
class A extends B { final int x = 1; void go(String s) { print('a $s'); return null; } }
",
        r"[c // c]
[k import] [s 'x.dart'];
[k class] [t A] [k extends] [t B] { [k final] [t int] x = [n 1]; [t void] [f go]([t String] s) { [f print]([s 'a $]s[s ']); [k return] [k null]; } }
",
    ),
    (
        "scala",
        r#"// c
object A extends B { def go(x: Int): String = if (x == 1) "a" else null; val y = 1 }
"#,
        r#"[c // c]
[k object] [t A] [k extends] [t B] { [k def] [f go](x: [t Int]): [t String] = [k if] (x == [n 1]) [s "a"] [k else] [k null]; [k val] y = [n 1] }
"#,
    ),
    (
        "elixir",
        r#"# c
defmodule A do
  def go(x) when is_nil(x), do: IO.puts("a #{x}")
  @doc "x"
end
"#,
        r#"[c # c]
[k defmodule] [t A] [k do]
  [k def] [f go](x) [k when] [k is_nil](x), do: [t IO].puts([s "a ]#{x}[s "])
  [c @doc "x"]
[k end]
"#,
    ),
    (
        "terraform",
        r#"# c
resource "aws_x" "y" { name = "a" count = 1 enabled = true }
"#,
        r#"[c # c]
[k resource] [s "aws_x"] [s "y"] { name = [s "a"] count = [n 1] enabled = [k true] }
"#,
    ),
];
