//! The second pass (`symtable_analyze`): the scope of every name, from the blocks around and inside, and which
//! comprehensions are compiled into the block around them.

use std::collections::{HashMap, HashSet};

use dxpy_ast::Ident;

use super::{BlockId, BlockType, ComprehensionType, SCOPE_OFFSET, Scope, SymbolTable, def};
use crate::error::CompileError;

type Set = HashSet<Ident>;
type Scopes = HashMap<Ident, Scope>;
type Result<T = ()> = std::result::Result<T, CompileError>;

/// What a block sees of the blocks around it. Each block works on a copy.
#[derive(Clone, Default)]
struct View {
    /// Names bound in functions around; `None` in the module.
    bound: Option<Set>,
    /// Names declared global around.
    global: Set,
    /// Which of `bound` are type parameters.
    type_params: Set,
    /// The class that this type scope looks into.
    class: Option<BlockId>,
}

/// Names free in a block, in the order found, so that tables are the same from run to run.
#[derive(Default)]
struct Free {
    order: Vec<Ident>,
    set: Set,
}

impl Free {
    fn add(&mut self, name: &Ident) {
        if self.set.insert(name.clone()) {
            self.order.push(name.clone());
        }
    }
    fn discard(&mut self, name: &str) -> bool {
        let there = self.set.remove(name);
        if there {
            self.order.retain(|n| &**n != name);
        }
        there
    }
}

/// What is known of a block while those inside are being looked at.
#[derive(Default)]
struct Work {
    scopes: Scopes,
    free: Free,
    /// What the blocks inside see.
    inner: View,
    /// Names free in the blocks inside.
    child_free: Free,
    inlined_cells: Set,
}

impl SymbolTable {
    pub(super) fn analyze(&mut self) -> Result {
        self.analyze_block(self.top, Box::default()).map(|_| ())
    }

    /// Decides the scopes in a block and in those inside; returns the names free in it. Blocks nest as deep as the tree,
    /// and so what this needs is kept off the native stack.
    fn analyze_block(&mut self, id: BlockId, mut view: Box<View>) -> Result<Box<Free>> {
        let mut work = self.analyze_names(id, &mut view)?;
        for i in 0..self.block(id).children.len() {
            let child = self.block(id).children[i];
            let inner = self.view_of_child(id, child, &view, &work);
            let found = self.analyze_block(child, inner)?;
            self.take_in_child(id, child, found, &mut work);
        }
        Ok(self.finish_block(id, &view, work))
    }

    /// The scopes of the block's own names, before those inside are known.
    #[inline(never)]
    fn analyze_names(&mut self, id: BlockId, view: &mut View) -> Result<Box<Work>> {
        let is_class = self.block(id).kind == BlockType::Class;
        let mut work = Box::<Work>::default();
        // A class's own names and declarations are not seen in its methods.
        work.inner = if is_class { view.clone() } else { View::default() };
        let mut local = Set::new();
        for i in 0..self.block(id).symbols.len() {
            let (name, flags) = self.block(id).symbols.list[i].clone();
            let scope = self.analyze_name(id, &name, flags, view, &mut local, &mut work.free)?;
            work.scopes.insert(name, scope);
        }
        let inner = &mut work.inner;
        if is_class {
            let bound = inner.bound.get_or_insert_default();
            bound.insert("__class__".into());
            bound.insert("__classdict__".into());
            // This one is a copy of nothing: CPython hands the very set down.
            inner.type_params.clone_from(&view.type_params);
        } else {
            let mut bound = view.bound.clone().unwrap_or_default();
            if self.block(id).is_function_like() {
                bound.extend(local);
            }
            inner.bound = Some(bound);
            inner.global = std::mem::take(&mut view.global);
            inner.type_params = std::mem::take(&mut view.type_params);
        }
        Ok(work)
    }

    #[inline(never)]
    fn view_of_child(&self, id: BlockId, child: BlockId, view: &View, work: &Work) -> Box<View> {
        let class = match () {
            _ if !self.block(child).can_see_class_scope => None,
            _ if self.block(id).kind == BlockType::Class => Some(id),
            _ => view.class,
        };
        Box::new(View { class, ..work.inner.clone() })
    }

    #[inline(never)]
    fn take_in_child(&mut self, id: BlockId, child: BlockId, mut found: Box<Free>, work: &mut Work) {
        let entry = self.block(child);
        // All but generator expressions are inlined.
        if entry.comprehension != ComprehensionType::No && !entry.generator {
            self.inline_comprehension(id, child, &mut work.scopes, &mut found, &mut work.inlined_cells);
            self.block_mut(child).comp_inlined = true;
        }
        found.order.iter().for_each(|n| work.child_free.add(n));
        let entry = self.block(child);
        if entry.free || entry.child_free {
            self.block_mut(id).child_free = true;
        }
    }

    #[inline(never)]
    fn finish_block(&mut self, id: BlockId, view: &View, work: Box<Work>) -> Box<Free> {
        let Work { mut free, mut scopes, mut child_free, inlined_cells, .. } = *work;
        self.splice_children(id);
        if self.block(id).is_function_like() {
            for (name, scope) in scopes.iter_mut().filter(|(_, s)| **s == Scope::Local) {
                if child_free.set.contains(name) || inlined_cells.contains(name) {
                    *scope = Scope::Cell;
                    child_free.discard(name);
                }
            }
        } else if self.block(id).kind == BlockType::Class {
            if child_free.discard("__class__") {
                self.block_mut(id).needs_class_closure = true;
            }
            if child_free.discard("__classdict__") {
                self.block_mut(id).needs_classdict = true;
            }
        }
        self.update_symbols(id, &scopes, view.bound.as_ref(), &child_free, &inlined_cells);
        child_free.order.iter().for_each(|n| free.add(n));
        Box::new(free)
    }

    fn analyze_name(
        &mut self,
        id: BlockId,
        name: &Ident,
        flags: u32,
        view: &mut View,
        local: &mut Set,
        free: &mut Free,
    ) -> Result<Scope> {
        if flags & def::GLOBAL != 0 {
            if flags & def::NONLOCAL != 0 {
                return Err(self.at_directive(id, name, format!("name '{name}' is nonlocal and global")));
            }
            view.global.insert(name.clone());
            if let Some(bound) = &mut view.bound {
                bound.remove(name);
            }
            return Ok(Scope::GlobalExplicit);
        }
        if flags & def::NONLOCAL != 0 {
            let message = match &view.bound {
                None => "nonlocal declaration not allowed at module level".into(),
                Some(bound) if !bound.contains(name) => format!("no binding for nonlocal '{name}' found"),
                _ if view.type_params.contains(name) => {
                    format!("nonlocal binding not allowed for type parameter '{name}'")
                }
                _ => {
                    self.block_mut(id).free = true;
                    free.add(name);
                    return Ok(Scope::Free);
                }
            };
            return Err(self.at_directive(id, name, message));
        }
        if flags & def::BOUND != 0 {
            local.insert(name.clone());
            view.global.remove(name);
            if flags & def::TYPE_PARAM != 0 {
                view.type_params.insert(name.clone());
            } else {
                view.type_params.remove(name);
            }
            return Ok(Scope::Local);
        }
        // A name of the class that this scope looks into is found there or among the globals, never in the functions
        // around the class.
        if let Some(class) = view.class {
            let flags = self.block(class).symbol(name);
            if flags & def::GLOBAL != 0 {
                return Ok(Scope::GlobalExplicit);
            }
            if flags & def::BOUND != 0 && flags & def::NONLOCAL == 0 {
                return Ok(Scope::GlobalImplicit);
            }
        }
        if view.bound.as_ref().is_some_and(|b| b.contains(name)) {
            self.block_mut(id).free = true;
            free.add(name);
            return Ok(Scope::Free);
        }
        if !view.global.contains(name) && self.block(id).nested {
            self.block_mut(id).free = true;
        }
        Ok(Scope::GlobalImplicit)
    }

    /// An error at the `global` or `nonlocal` that names `name` (`error_at_directive`).
    fn at_directive(&self, id: BlockId, name: &Ident, message: String) -> CompileError {
        match self.block(id).directives.iter().find(|(n, _)| n == name) {
            Some((_, at)) => CompileError::of_table(message, *at),
            None => CompileError::Runtime("BUG: internal directive bookkeeping broken"),
        }
    }

    /// Moves the names of a comprehension into the block around it (PEP 709).
    fn inline_comprehension(
        &mut self,
        id: BlockId,
        comp: BlockId,
        scopes: &mut Scopes,
        comp_free: &mut Free,
        inlined_cells: &mut Set,
    ) {
        let outer_is_class = self.block(id).kind == BlockType::Class;
        for i in 0..self.block(comp).symbols.len() {
            let (name, flags) = self.block(comp).symbols.list[i].clone();
            if flags & def::PARAM != 0 {
                continue; // The iterable, `.0`.
            }
            let scope = Scope::of(flags);
            let only_flags = flags & ((1 << SCOPE_OFFSET) - 1);
            if scope == Scope::Cell || only_flags & def::COMP_CELL != 0 {
                inlined_cells.insert(name.clone());
            }
            match self.block(id).symbols.get(&name) {
                None => {
                    self.block_mut(id).symbols.set(&name, only_flags);
                    scopes.insert(name, scope);
                }
                Some(outer) => {
                    // What was free in the comprehension is simply local now, unless something inside still needs it.
                    if outer & def::BOUND != 0 && !outer_is_class && !self.free_in_a_child(comp, &name) {
                        comp_free.discard(&name);
                    }
                }
            }
        }
    }

    fn free_in_a_child(&self, id: BlockId, name: &str) -> bool {
        self.block(id).children.iter().any(|c| self.block(*c).scope(name) == Scope::Free)
    }

    /// The children of inlined comprehensions take the comprehensions' places.
    fn splice_children(&mut self, id: BlockId) {
        if !self.block(id).children.iter().any(|c| self.block(*c).comp_inlined) {
            return;
        }
        let old = std::mem::take(&mut self.block_mut(id).children);
        let mut new = Vec::with_capacity(old.len());
        for c in old {
            match self.block(c).comp_inlined {
                true => new.extend_from_slice(&self.block(c).children),
                false => new.push(c),
            }
        }
        self.block_mut(id).children = new;
    }

    fn update_symbols(
        &mut self,
        id: BlockId,
        scopes: &Scopes,
        bound: Option<&Set>,
        free: &Free,
        inlined_cells: &Set,
    ) {
        let block = self.block_mut(id);
        let class_like = block.kind == BlockType::Class || block.can_see_class_scope;
        for (name, flags) in &mut block.symbols.list {
            if inlined_cells.contains(name) {
                *flags |= def::COMP_CELL;
            }
            *flags |= (scopes.get(name).map_or(0, |s| *s as u32)) << SCOPE_OFFSET;
        }
        for name in &free.order {
            if let Some(flags) = block.symbols.get(name) {
                // A method's free variable that has the name of something in the class.
                if class_like {
                    block.symbols.set(name, flags | def::FREE_CLASS);
                }
            } else if bound.is_none_or(|b| b.contains(name)) {
                // Only passing through on its way to the function that binds it; else it is a global.
                block.symbols.set(name, (Scope::Free as u32) << SCOPE_OFFSET);
            }
        }
    }
}
