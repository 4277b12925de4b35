//! The walk over the tree that fills the tables (`symtable_visit_*`): which block binds or uses which name, and the
//! errors of names where they may not stand.
//!
//! Not here: scopes, which are known only when every block has been seen (`analyze`).

use std::collections::HashMap;

use dxpy_ast::{
    Alias, Arg, Arguments, ClassDef, Comprehension, ExceptHandler, Expr, ExprContext, ExprKind, For,
    FunctionDef, Ident, Keyword, Location, MatchCase, Mod, Pattern, PatternKind, Stmt, StmtKind, Try,
    TypeParam, TypeParamKind, With,
};
use dxpy_bytecode::co;

use super::{Block, BlockId, BlockType, ComprehensionType, NodeKey, SymbolTable, Symbols, def, mangle};
use crate::error::CompileError;
use crate::future::Future;

/// `COMPILER_STACK_FRAME_SCALE`
const FRAME_SCALE: u32 = 2;
/// Nodes that may be open at once: `C_RECURSION_LIMIT`, scaled.
const RECURSION_LIMIT: u32 = 1500 * FRAME_SCALE;

type Result<T = ()> = std::result::Result<T, CompileError>;

pub(super) fn build(tree: &Mod, future: Future, used: u32) -> Result<SymbolTable> {
    let mut b = Builder {
        blocks: Vec::new(),
        index: HashMap::new(),
        stack: Vec::new(),
        private: None,
        future_annotations: future.features & co::FUTURE_ANNOTATIONS != 0,
        depth: used.saturating_mul(FRAME_SCALE).min(RECURSION_LIMIT),
    };
    b.enter("top".into(), BlockType::Module, NodeKey::module(tree), Location::default());
    match tree {
        Mod::Module { body, .. } | Mod::Interactive { body } => b.stmts(body)?,
        Mod::Expression { body } => b.expr(body)?,
        Mod::FunctionType { .. } => {
            return Err(CompileError::Runtime("this compiler does not handle FunctionTypes"));
        }
    }
    b.exit();
    let mut table = SymbolTable { blocks: b.blocks, index: b.index, top: BlockId(0), future };
    table.analyze()?;
    Ok(table)
}

struct Builder {
    blocks: Vec<Block>,
    index: HashMap<NodeKey, BlockId>,
    /// Open blocks, the innermost last; never empty during the walk.
    stack: Vec<BlockId>,
    /// The class whose private names are being mangled.
    private: Option<Ident>,
    future_annotations: bool,
    depth: u32,
}

impl Builder {
    fn cur(&mut self) -> &mut Block {
        let id = *self.stack.last().expect("the module block is open");
        &mut self.blocks[id.0 as usize]
    }

    fn enter(&mut self, name: Ident, kind: BlockType, key: NodeKey, range: Location) {
        let id = BlockId(self.blocks.len() as u32);
        let outer = self.stack.last().map(|o| &mut self.blocks[o.0 as usize]);
        let mut nested = false;
        // Walrus targets are forbidden in iterables of comprehensions however deep.
        let mut comp_iter_expr = 0;
        if let Some(outer) = outer {
            nested = outer.nested || outer.is_function_like();
            comp_iter_expr = outer.comp_iter_expr;
            // Annotations that become strings leave no trace in the tables.
            if kind != BlockType::Annotation {
                outer.children.push(id);
            }
        }
        self.blocks.push(Block {
            key,
            name,
            kind,
            symbols: Symbols::default(),
            varnames: Vec::new(),
            children: Vec::new(),
            directives: Vec::new(),
            comprehension: ComprehensionType::No,
            nested,
            free: false,
            child_free: false,
            generator: false,
            coroutine: false,
            varargs: false,
            varkeywords: false,
            returns_value: false,
            needs_class_closure: false,
            needs_classdict: false,
            comp_inlined: false,
            comp_iter_target: false,
            comp_iter_expr,
            can_see_class_scope: false,
            range,
        });
        self.index.insert(key, id);
        self.stack.push(id);
    }

    fn exit(&mut self) {
        self.stack.pop();
    }

    fn deeper(&mut self) -> Result {
        self.depth += 1;
        if self.depth > RECURSION_LIMIT {
            return Err(CompileError::Recursion("maximum recursion depth exceeded during compilation"));
        }
        Ok(())
    }

    /// The flags of a name in the current block (`symtable_lookup`).
    fn flags(&mut self, name: &Ident) -> u32 {
        let mangled = mangle(self.private.as_deref(), name);
        self.cur().symbol(&mangled)
    }

    fn add_def(&mut self, name: &Ident, flag: u32, at: Location) -> Result {
        let id = *self.stack.last().expect("the module block is open");
        self.add_def_in(id, name, flag, at)
    }

    fn add_special(&mut self, name: &str, flag: u32, at: Location) -> Result {
        self.add_def(&name.into(), flag, at)
    }

    /// Adds a flag to a name of some block (`symtable_add_def_helper`).
    fn add_def_in(&mut self, id: BlockId, name: &Ident, flag: u32, at: Location) -> Result {
        let mangled = mangle(self.private.as_deref(), name);
        let block = &mut self.blocks[id.0 as usize];
        let old = block.symbol(&mangled);
        // Messages show the name as written.
        if flag & old & def::PARAM != 0 {
            let m = format!("duplicate argument '{name}' in function definition");
            return Err(CompileError::of_table(m, at));
        }
        if flag & old & def::TYPE_PARAM != 0 {
            return Err(CompileError::of_table(format!("duplicate type parameter '{name}'"), at));
        }
        let mut new = old | flag;
        if block.comp_iter_target {
            if new & (def::GLOBAL | def::NONLOCAL) != 0 {
                let m =
                    format!("comprehension inner loop cannot rebind assignment expression target '{name}'");
                return Err(CompileError::of_table(m, at));
            }
            new |= def::COMP_ITER;
        }
        block.symbols.set(&mangled, new);
        if flag & def::PARAM != 0 {
            block.varnames.push(mangled);
        } else if flag & def::GLOBAL != 0 {
            let top = &mut self.blocks[0].symbols;
            let old = top.get(&mangled).unwrap_or(0);
            top.set(&mangled, old | flag);
        }
        Ok(())
    }

    fn directive(&mut self, name: &Ident, at: Location) {
        let mangled = mangle(self.private.as_deref(), name);
        self.cur().directives.push((mangled, at));
    }

    fn stmts(&mut self, body: &[Stmt]) -> Result {
        body.iter().try_for_each(|s| self.stmt(s))
    }

    fn exprs(&mut self, list: &[Expr]) -> Result {
        list.iter().try_for_each(|e| self.expr(e))
    }

    fn opt(&mut self, e: &Option<Box<Expr>>) -> Result {
        e.as_deref().map_or(Ok(()), |e| self.expr(e))
    }

    fn stmt(&mut self, s: &Stmt) -> Result {
        self.deeper()?;
        match &s.kind {
            StmtKind::FunctionDef(f) => self.function(s, f, false)?,
            StmtKind::AsyncFunctionDef(f) => self.function(s, f, true)?,
            StmtKind::ClassDef(c) => self.class(s, c)?,
            StmtKind::TypeAlias { name, type_params, value } => {
                self.type_alias(s, name, type_params, value)?
            }
            StmtKind::Return { value } => {
                if let Some(value) = value {
                    self.expr(value)?;
                    self.cur().returns_value = true;
                }
            }
            StmtKind::Delete { targets } => self.exprs(targets)?,
            StmtKind::Assign { targets, value, .. } => {
                self.exprs(targets)?;
                self.expr(value)?;
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.ann_assign(s, target, annotation, value.as_deref(), *simple != 0)?;
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(target)?;
                self.expr(value)?;
            }
            StmtKind::For(f) | StmtKind::AsyncFor(f) => self.for_loop(f)?,
            StmtKind::While { test, body, orelse } | StmtKind::If { test, body, orelse } => {
                self.expr(test)?;
                self.stmts(body)?;
                self.stmts(orelse)?;
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject)?;
                cases.iter().try_for_each(|c| self.match_case(c))?;
            }
            StmtKind::Raise { exc, cause } => {
                // A cause without an exception is never visited.
                if exc.is_some() {
                    self.opt(exc)?;
                    self.opt(cause)?;
                }
            }
            StmtKind::Try(t) | StmtKind::TryStar(t) => self.try_stmt(t)?,
            StmtKind::Assert { test, msg } => {
                self.expr(test)?;
                self.opt(msg)?;
            }
            StmtKind::Import { names } | StmtKind::ImportFrom { names, .. } => {
                names.iter().try_for_each(|a| self.alias(a))?;
            }
            StmtKind::Global { names } => {
                names.iter().try_for_each(|n| self.declaration(n, s.range, def::GLOBAL, "global"))?;
            }
            StmtKind::Nonlocal { names } => {
                names.iter().try_for_each(|n| self.declaration(n, s.range, def::NONLOCAL, "nonlocal"))?;
            }
            StmtKind::Expr { value } => self.expr(value)?,
            StmtKind::With(w) | StmtKind::AsyncWith(w) => self.with(w)?,
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => {}
        }
        self.depth -= 1;
        Ok(())
    }

    fn for_loop(&mut self, f: &For) -> Result {
        self.expr(&f.target)?;
        self.expr(&f.iter)?;
        self.stmts(&f.body)?;
        self.stmts(&f.orelse)
    }

    fn with(&mut self, w: &With) -> Result {
        for item in &w.items {
            self.expr(&item.context_expr)?;
            self.opt(&item.optional_vars)?;
        }
        self.stmts(&w.body)
    }

    fn try_stmt(&mut self, t: &Try) -> Result {
        // The order of 3.12.1, which is not that of the text.
        self.stmts(&t.body)?;
        self.stmts(&t.orelse)?;
        t.handlers.iter().try_for_each(|h| self.handler(h))?;
        self.stmts(&t.finalbody)
    }

    fn handler(&mut self, h: &ExceptHandler) -> Result {
        self.opt(&h.typ)?;
        if let Some(name) = &h.name {
            self.add_def(name, def::LOCAL, h.range)?;
        }
        self.stmts(&h.body)
    }

    #[inline(never)]
    fn function(&mut self, s: &Stmt, f: &FunctionDef, is_async: bool) -> Result {
        self.add_def(&f.name, def::LOCAL, s.range)?;
        self.defaults(&f.args)?;
        self.exprs(&f.decorator_list)?;
        let generic = !f.type_params.is_empty();
        if generic {
            self.enter_type_params(&f.name, &f.type_params, s.range)?;
            // CPython asks whether the list of defaults exists, which it does even when it is empty.
            self.add_special(".defaults", def::PARAM, s.range)?;
            if f.args.kw_defaults.iter().any(Option::is_some) {
                self.add_special(".kwdefaults", def::PARAM, s.range)?;
            }
            f.type_params.iter().try_for_each(|t| self.type_param(t))?;
        }
        self.annotations(s, &f.args, f.returns.as_deref())?;
        self.enter(f.name.clone(), BlockType::Function, NodeKey::stmt(s), s.range);
        self.cur().coroutine = is_async;
        self.arguments(&f.args)?;
        self.stmts(&f.body)?;
        self.exit();
        if generic {
            self.exit();
        }
        Ok(())
    }

    fn defaults(&mut self, args: &Arguments) -> Result {
        self.exprs(&args.defaults)?;
        args.kw_defaults.iter().flatten().try_for_each(|e| self.expr(e))
    }

    #[inline(never)]
    fn class(&mut self, s: &Stmt, c: &ClassDef) -> Result {
        self.add_def(&c.name, def::LOCAL, s.range)?;
        self.exprs(&c.decorator_list)?;
        let generic = !c.type_params.is_empty();
        if generic {
            self.enter_type_params(&c.name, &c.type_params, s.range)?;
            // Bound when the tuple of parameters is made, used when the bases are.
            self.add_special(".type_params", def::LOCAL, s.range)?;
            self.add_special(".type_params", def::USE, s.range)?;
            // CPython 3.12.1 does not restore this after a generic class, and so private names that follow are mangled
            // with that class's name, at module level too.
            self.private = Some(c.name.clone());
            self.add_special(".generic_base", def::LOCAL, s.range)?;
            self.add_special(".generic_base", def::USE, s.range)?;
            c.type_params.iter().try_for_each(|t| self.type_param(t))?;
        }
        self.exprs(&c.bases)?;
        self.keywords(&c.keywords)?;
        self.enter(c.name.clone(), BlockType::Class, NodeKey::stmt(s), s.range);
        let outer = self.private.replace(c.name.clone());
        if generic {
            self.add_special("__type_params__", def::LOCAL, s.range)?;
            self.add_special(".type_params", def::USE, s.range)?;
        }
        self.stmts(&c.body)?;
        self.private = outer;
        self.exit();
        if generic {
            self.exit();
        }
        Ok(())
    }

    #[inline(never)]
    fn type_alias(&mut self, s: &Stmt, name: &Expr, params: &[TypeParam], value: &Expr) -> Result {
        self.expr(name)?;
        let ExprKind::Name { id, .. } = &name.kind else {
            return Err(CompileError::Type("TypeAlias with non-Name name".into()));
        };
        let in_class = self.cur().kind == BlockType::Class;
        if !params.is_empty() {
            self.enter_type_params(id, params, s.range)?;
            params.iter().try_for_each(|t| self.type_param(t))?;
        }
        self.enter(id.clone(), BlockType::TypeAlias, NodeKey::stmt(s), s.range);
        self.see_class(in_class, value.range)?;
        self.expr(value)?;
        self.exit();
        if !params.is_empty() {
            self.exit();
        }
        Ok(())
    }

    /// Marks the new block as one that looks into the class around it.
    fn see_class(&mut self, in_class: bool, at: Location) -> Result {
        if in_class {
            self.cur().can_see_class_scope = true;
            self.add_special("__classdict__", def::USE, at)?;
        }
        Ok(())
    }

    /// Opens the block of type parameters; what a class or function adds to it follows.
    fn enter_type_params(&mut self, name: &Ident, params: &[TypeParam], at: Location) -> Result {
        let in_class = self.cur().kind == BlockType::Class;
        self.enter(name.clone(), BlockType::TypeParam, NodeKey::type_params(params), at);
        self.see_class(in_class, at)
    }

    fn type_param(&mut self, t: &TypeParam) -> Result {
        self.deeper()?;
        let (TypeParamKind::TypeVar { name, .. }
        | TypeParamKind::ParamSpec { name }
        | TypeParamKind::TypeVarTuple { name }) = &t.kind;
        self.add_def(name, def::TYPE_PARAM | def::LOCAL, t.range)?;
        if let TypeParamKind::TypeVar { bound: Some(bound), .. } = &t.kind {
            let in_class = self.cur().can_see_class_scope;
            self.enter(name.clone(), BlockType::TypeVarBound, NodeKey::type_param(t), t.range);
            self.see_class(in_class, bound.range)?;
            self.expr(bound)?;
            self.exit();
        }
        self.depth -= 1;
        Ok(())
    }

    #[inline(never)]
    fn ann_assign(
        &mut self,
        s: &Stmt,
        target: &Expr,
        ann: &Expr,
        value: Option<&Expr>,
        simple: bool,
    ) -> Result {
        if let ExprKind::Name { id, .. } = &target.kind {
            let flags = self.flags(id);
            let at_top = self.stack.len() == 1;
            if flags & (def::GLOBAL | def::NONLOCAL) != 0 && !at_top && simple {
                let what = if flags & def::GLOBAL != 0 { "global" } else { "nonlocal" };
                return Err(CompileError::of_table(
                    format!("annotated name '{id}' can't be {what}"),
                    s.range,
                ));
            }
            if simple {
                self.add_def(id, def::ANNOT | def::LOCAL, target.range)?;
            } else if value.is_some() {
                self.add_def(id, def::LOCAL, target.range)?;
            }
        } else {
            self.expr(target)?;
        }
        self.annotation(ann)?;
        value.map_or(Ok(()), |v| self.expr(v))
    }

    /// One name of `global` or `nonlocal`.
    #[inline(never)]
    fn declaration(&mut self, name: &Ident, at: Location, flag: u32, what: &str) -> Result {
        let flags = self.flags(name);
        let message = if flags & def::PARAM != 0 {
            format!("name '{name}' is parameter and {what}")
        } else if flags & def::USE != 0 {
            format!("name '{name}' is used prior to {what} declaration")
        } else if flags & def::ANNOT != 0 {
            format!("annotated name '{name}' can't be {what}")
        } else if flags & def::LOCAL != 0 {
            format!("name '{name}' is assigned to before {what} declaration")
        } else {
            self.add_def(name, flag, at)?;
            self.directive(name, at);
            return Ok(());
        };
        Err(CompileError::of_table(message, at))
    }

    fn alias(&mut self, a: &Alias) -> Result {
        let name = a.asname.as_ref().unwrap_or(&a.name);
        if &**name == "*" {
            if self.cur().kind != BlockType::Module {
                return Err(CompileError::of_table("import * only allowed at module level", a.range));
            }
            return Ok(());
        }
        // `import a.b` binds `a`.
        match name.split_once('.') {
            Some((first, _)) => self.add_special(first, def::IMPORT, a.range),
            None => self.add_def(name, def::IMPORT, a.range),
        }
    }

    fn match_case(&mut self, c: &MatchCase) -> Result {
        self.pattern(&c.pattern)?;
        self.opt(&c.guard)?;
        self.stmts(&c.body)
    }

    fn patterns(&mut self, list: &[Pattern]) -> Result {
        list.iter().try_for_each(|p| self.pattern(p))
    }

    fn pattern(&mut self, p: &Pattern) -> Result {
        self.deeper()?;
        match &p.kind {
            PatternKind::MatchValue { value } => self.expr(value)?,
            PatternKind::MatchSingleton { .. } => {}
            PatternKind::MatchSequence { patterns } | PatternKind::MatchOr { patterns } => {
                self.patterns(patterns)?
            }
            PatternKind::MatchStar { name } => self.capture(name, p)?,
            PatternKind::MatchMapping { keys, patterns, rest } => {
                self.exprs(keys)?;
                self.patterns(patterns)?;
                self.capture(rest, p)?;
            }
            PatternKind::MatchClass { cls, patterns, kwd_patterns, .. } => {
                self.expr(cls)?;
                self.patterns(patterns)?;
                self.patterns(kwd_patterns)?;
            }
            PatternKind::MatchAs { pattern, name } => {
                if let Some(pattern) = pattern {
                    self.pattern(pattern)?;
                }
                self.capture(name, p)?;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn capture(&mut self, name: &Option<Ident>, p: &Pattern) -> Result {
        name.as_ref().map_or(Ok(()), |n| self.add_def(n, def::LOCAL, p.range))
    }

    fn annotation(&mut self, e: &Expr) -> Result {
        if !self.future_annotations {
            return self.expr(e);
        }
        self.enter("_annotation".into(), BlockType::Annotation, NodeKey::expr(e), e.range);
        self.expr(e)?;
        self.exit();
        Ok(())
    }

    #[inline(never)]
    fn annotations(&mut self, s: &Stmt, args: &Arguments, returns: Option<&Expr>) -> Result {
        if self.future_annotations {
            // The function's own block takes the key over.
            self.enter("_annotation".into(), BlockType::Annotation, NodeKey::stmt(s), s.range);
        }
        let one = |a: &'_ Arg, b: &mut Builder| b.opt(&a.annotation);
        for a in args.posonlyargs.iter().chain(&args.args) {
            one(a, self)?;
        }
        for a in args.vararg.iter().chain(&args.kwarg) {
            one(a, self)?;
        }
        for a in &args.kwonlyargs {
            one(a, self)?;
        }
        if self.future_annotations {
            self.exit();
        }
        returns.map_or(Ok(()), |r| self.annotation(r))
    }

    fn arguments(&mut self, args: &Arguments) -> Result {
        for a in args.posonlyargs.iter().chain(&args.args).chain(&args.kwonlyargs) {
            self.add_def(&a.arg, def::PARAM, a.range)?;
        }
        if let Some(a) = &args.vararg {
            self.add_def(&a.arg, def::PARAM, a.range)?;
            self.cur().varargs = true;
        }
        if let Some(a) = &args.kwarg {
            self.add_def(&a.arg, def::PARAM, a.range)?;
            self.cur().varkeywords = true;
        }
        Ok(())
    }

    fn keywords(&mut self, list: &[Keyword]) -> Result {
        list.iter().try_for_each(|k| self.expr(&k.value))
    }

    fn expr(&mut self, e: &Expr) -> Result {
        self.deeper()?;
        match &e.kind {
            ExprKind::NamedExpr { target, value } => self.named_expr(e, target, value)?,
            ExprKind::BoolOp { values, .. } => self.exprs(values)?,
            ExprKind::BinOp { left, right, .. } => {
                self.expr(left)?;
                self.expr(right)?;
            }
            ExprKind::UnaryOp { operand, .. } => self.expr(operand)?,
            ExprKind::Lambda { args, body } => self.lambda(e, args, body)?,
            ExprKind::IfExp { test, body, orelse } => {
                self.expr(test)?;
                self.expr(body)?;
                self.expr(orelse)?;
            }
            ExprKind::Dict { keys, values } => {
                keys.iter().flatten().try_for_each(|k| self.expr(k))?;
                self.exprs(values)?;
            }
            ExprKind::Set { elts } | ExprKind::List { elts, .. } | ExprKind::Tuple { elts, .. } => {
                self.exprs(elts)?;
            }
            ExprKind::GeneratorExp { elt, generators } => {
                self.comprehension(e, "genexpr", ComprehensionType::Generator, generators, elt, None)?;
            }
            ExprKind::ListComp { elt, generators } => {
                self.comprehension(e, "listcomp", ComprehensionType::List, generators, elt, None)?;
            }
            ExprKind::SetComp { elt, generators } => {
                self.comprehension(e, "setcomp", ComprehensionType::Set, generators, elt, None)?;
            }
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension(e, "dictcomp", ComprehensionType::Dict, generators, key, Some(value))?;
            }
            ExprKind::Yield { value } => {
                self.not_in_type_scope("yield expression", e)?;
                self.opt(value)?;
                self.yields(e)?;
            }
            ExprKind::YieldFrom { value } => {
                self.not_in_type_scope("yield expression", e)?;
                self.expr(value)?;
                self.yields(e)?;
            }
            ExprKind::Await { value } => {
                self.not_in_type_scope("await expression", e)?;
                self.expr(value)?;
                self.cur().coroutine = true;
            }
            ExprKind::Compare { left, comparators, .. } => {
                self.expr(left)?;
                self.exprs(comparators)?;
            }
            ExprKind::Call { func, args, keywords } => {
                self.expr(func)?;
                self.exprs(args)?;
                self.keywords(keywords)?;
            }
            ExprKind::FormattedValue { value, format_spec, .. } => {
                self.expr(value)?;
                self.opt(format_spec)?;
            }
            ExprKind::JoinedStr { values } => self.exprs(values)?,
            ExprKind::Constant { .. } => {}
            ExprKind::Attribute { value, .. } | ExprKind::Starred { value, .. } => self.expr(value)?,
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value)?;
                self.expr(slice)?;
            }
            ExprKind::Slice { lower, upper, step } => {
                self.opt(lower)?;
                self.opt(upper)?;
                self.opt(step)?;
            }
            ExprKind::Name { id, ctx } => {
                let load = *ctx == ExprContext::Load;
                self.add_def(id, if load { def::USE } else { def::LOCAL }, e.range)?;
                if load && &**id == "super" && self.cur().is_function_like() {
                    self.add_special("__class__", def::USE, e.range)?;
                }
            }
        }
        self.depth -= 1;
        Ok(())
    }

    #[inline(never)]
    fn lambda(&mut self, e: &Expr, args: &Arguments, body: &Expr) -> Result {
        if self.cur().can_see_class_scope {
            let m = "Cannot use lambda in annotation scope within class scope";
            return Err(CompileError::of_table(m, e.range));
        }
        self.defaults(args)?;
        self.enter("lambda".into(), BlockType::Function, NodeKey::expr(e), e.range);
        self.arguments(args)?;
        self.expr(body)?;
        self.exit();
        Ok(())
    }

    #[inline(never)]
    fn comprehension(
        &mut self,
        e: &Expr,
        name: &str,
        kind: ComprehensionType,
        generators: &[Comprehension],
        elt: &Expr,
        value: Option<&Expr>,
    ) -> Result {
        if self.cur().can_see_class_scope {
            let m = "Cannot use comprehension in annotation scope within class scope";
            return Err(CompileError::of_table(m, e.range));
        }
        let Some((first, rest)) = generators.split_first() else {
            return Err(CompileError::Value("comprehension with no generators".into()));
        };
        // The first iterable is evaluated outside.
        self.cur().comp_iter_expr += 1;
        self.expr(&first.iter)?;
        self.cur().comp_iter_expr -= 1;
        self.enter(name.into(), BlockType::Function, NodeKey::expr(e), e.range);
        self.cur().comprehension = kind;
        if first.is_async != 0 {
            self.cur().coroutine = true;
        }
        self.add_special(".0", def::PARAM, e.range)?;
        self.comp_target(&first.target)?;
        self.exprs(&first.ifs)?;
        for c in rest {
            self.comp_target(&c.target)?;
            self.cur().comp_iter_expr += 1;
            self.expr(&c.iter)?;
            self.cur().comp_iter_expr -= 1;
            self.exprs(&c.ifs)?;
            if c.is_async != 0 {
                self.cur().coroutine = true;
            }
        }
        if let Some(value) = value {
            self.expr(value)?;
        }
        self.expr(elt)?;
        let generator = kind == ComprehensionType::Generator;
        self.cur().generator = generator;
        let is_async = self.cur().coroutine && !generator;
        self.exit();
        if is_async {
            self.cur().coroutine = true;
        }
        Ok(())
    }

    fn comp_target(&mut self, target: &Expr) -> Result {
        self.cur().comp_iter_target = true;
        self.expr(target)?;
        self.cur().comp_iter_target = false;
        Ok(())
    }

    #[inline(never)]
    fn named_expr(&mut self, e: &Expr, target: &Expr, value: &Expr) -> Result {
        self.not_in_type_scope("named expression", e)?;
        if self.cur().comp_iter_expr > 0 {
            let m = "assignment expression cannot be used in a comprehension iterable expression";
            return Err(CompileError::of_table(m, e.range));
        }
        if self.cur().comprehension != ComprehensionType::No {
            self.extend_named_expr(target)?;
        }
        self.expr(value)?;
        self.expr(target)
    }

    /// A walrus in a comprehension binds in the nearest block that is none (`symtable_extend_namedexpr_scope`).
    fn extend_named_expr(&mut self, target: &Expr) -> Result {
        let ExprKind::Name { id: name, .. } = &target.kind else {
            return Err(CompileError::Type("NamedExpr target must be a Name".into()));
        };
        let at = target.range;
        for i in (0..self.stack.len()).rev() {
            let id = self.stack[i];
            let block = &self.blocks[id.0 as usize];
            // The name as written, not mangled: CPython's own slip.
            let flags = block.symbol(name);
            if block.comprehension != ComprehensionType::No {
                if flags & def::COMP_ITER != 0 && flags & def::LOCAL != 0 {
                    let m = format!(
                        "assignment expression cannot rebind comprehension iteration variable '{name}'"
                    );
                    return Err(CompileError::of_table(m, at));
                }
                continue;
            }
            let within = match block.kind {
                BlockType::Function => {
                    let global = flags & def::GLOBAL != 0;
                    self.add_def(name, if global { def::GLOBAL } else { def::NONLOCAL }, at)?;
                    self.directive(name, at);
                    return self.add_def_in(id, name, def::LOCAL, at);
                }
                BlockType::Module => {
                    self.add_def(name, def::GLOBAL, at)?;
                    self.directive(name, at);
                    return self.add_def_in(id, name, def::GLOBAL, at);
                }
                BlockType::Class => "in a class body",
                BlockType::TypeParam => "within the definition of a generic",
                BlockType::TypeAlias => "in a type alias",
                BlockType::TypeVarBound => "in a TypeVar bound",
                BlockType::Annotation => continue,
            };
            let m = format!("assignment expression within a comprehension cannot be used {within}");
            return Err(CompileError::of_table(m, at));
        }
        Err(CompileError::System("no block for an assignment expression".into()))
    }

    /// What may not stand in annotations and type scopes (`symtable_raise_if_annotation_block`).
    fn not_in_type_scope(&mut self, what: &str, e: &Expr) -> Result {
        let place = match self.cur().kind {
            BlockType::Annotation => "an annotation",
            BlockType::TypeVarBound => "a TypeVar bound",
            BlockType::TypeAlias => "a type alias",
            BlockType::TypeParam => "the definition of a generic",
            _ => return Ok(()),
        };
        Err(CompileError::of_table(format!("{what} cannot be used within {place}"), e.range))
    }

    /// Marks the block as a generator; comprehensions may not be one that way.
    fn yields(&mut self, e: &Expr) -> Result {
        self.cur().generator = true;
        let kind = match self.cur().comprehension {
            ComprehensionType::No => return Ok(()),
            ComprehensionType::List => "list comprehension",
            ComprehensionType::Set => "set comprehension",
            ComprehensionType::Dict => "dict comprehension",
            ComprehensionType::Generator => "generator expression",
        };
        Err(CompileError::of_table(format!("'yield' inside {kind}"), e.range))
    }
}
