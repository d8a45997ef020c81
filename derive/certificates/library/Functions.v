(** Functions of the field and the tactics by which certificates are proved.

    Part of gradproof; it belongs to no entry of the catalogue. Everything here is defined and proved from Coq's real
    numbers and Coquelicot's derivative. A certificate states [is_derive f x d]: the limit of (f (x + h) - f x) / h,
    as h goes to 0, exists and is d. *)

From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

(** The libraries below switch this off. *)
#[export] Set Bullet Behavior "Strict Subproofs".

(** * Functions that the standard library does not name *)

(** The logistic sigmoid. *)
Definition sigma (u : R) : R := 1 / (1 + exp (- u)).

(** The softplus. *)
Definition softplus (u : R) : R := ln (1 + exp u).

(** 1 where u is positive, else 0. *)
Definition step (u : R) : R := if Rlt_dec 0 u then 1 else 0.

(** The sign of u: -1, 0 or 1. *)
Definition sgn (u : R) : R := if Rlt_dec 0 u then 1 else if Rlt_dec u 0 then -1 else 0.

(** The error function. *)
Definition erf (u : R) : R := 2 / sqrt PI * RInt (fun t => exp (- t ^ 2)) 0 u.

Lemma exp_range (u : R) : 0 < exp u.
Proof. apply exp_pos. Qed.

Lemma sigma_range (u : R) : 0 < sigma u < 1.
Proof.
  unfold sigma. pose proof (exp_pos (- u)). split.
  - apply Rdiv_lt_0_compat; lra.
  - apply Rmult_lt_reg_r with (1 + exp (- u)); [lra |].
    unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra.
Qed.

Lemma cosh_range (u : R) : 0 < cosh u.
Proof. unfold cosh. pose proof (exp_pos u). pose proof (exp_pos (- u)). lra. Qed.

Lemma is_derive_sigma (u : R) : is_derive sigma u (sigma u * (1 - sigma u)).
Proof.
  unfold sigma. pose proof (exp_pos (- u)). auto_derive; [lra | field; lra].
Qed.

Lemma is_derive_softplus (u : R) : is_derive softplus u (sigma u).
Proof.
  unfold softplus, sigma. pose proof (exp_pos u). pose proof (exp_pos (- u)).
  auto_derive; [lra |]. rewrite exp_Ropp in *. field. lra.
Qed.

Lemma is_derive_tanh (u : R) : is_derive tanh u (1 - tanh u ^ 2).
Proof.
  pose proof (cosh_range u). unfold tanh. auto_derive; [lra | field; lra].
Qed.

Lemma is_derive_erf (u : R) : is_derive erf u (2 / sqrt PI * exp (- u ^ 2)).
Proof.
  unfold erf. apply is_derive_scal.
  assert (forall t, continuous (fun t => exp (- t ^ 2)) t) as smooth.
  { intros t. apply (ex_derive_continuous (fun t => exp (- t ^ 2))). auto_derive. trivial. }
  apply (is_derive_RInt (fun t => exp (- t ^ 2)) _ 0 u).
  - apply filter_forall. intros b. apply (RInt_correct (fun t => exp (- t ^ 2))).
    apply (ex_RInt_continuous (fun t => exp (- t ^ 2))). intros t _. apply smooth.
  - apply smooth.
Qed.

(** [auto_derive] differentiates through these from now on. *)
Global Instance UnaryDiff_sigma : UnaryDiff sigma.
Proof. exists (fun u => sigma u * (1 - sigma u)). exact is_derive_sigma. Defined.
Global Instance UnaryDiff_softplus : UnaryDiff softplus.
Proof. exists (sigma). exact is_derive_softplus. Defined.
Global Instance UnaryDiff_tanh : UnaryDiff tanh.
Proof. exists (fun u => 1 - tanh u ^ 2). exact is_derive_tanh. Defined.
Global Instance UnaryDiff_erf : UnaryDiff erf.
Proof. exists (fun u => 2 / sqrt PI * exp (- u ^ 2)). exact is_derive_erf. Defined.

(** * Near a point *)

(** A strict inequality between continuous functions holds near a point where it holds. *)
Lemma near_lt (l r : R -> R) (x : R) :
  continuous l x -> continuous r x -> l x < r x -> locally x (fun t => l t < r t).
Proof.
  intros Hl Hr H.
  assert (continuous (fun t => minus (r t) (l t)) x) as C.
  { apply (continuous_minus r l); assumption. }
  assert (locally (minus (r x) (l x)) (fun d => 0 < d)) as P.
  { apply open_gt. unfold minus, plus, opp; simpl. lra. }
  specialize (C _ P). unfold filtermap in C.
  revert C. apply filter_imp. intros t. unfold minus, plus, opp; simpl. lra.
Qed.

(** Two functions with the same value and derivative, one on either side of a point, make one derivable function. *)
Lemma is_derive_glued (f left right : R -> R) (x d : R) :
  locally x (fun t => t <= x -> left t = f t) ->
  locally x (fun t => x <= t -> right t = f t) ->
  is_derive left x d -> is_derive right x d -> is_derive f x d.
Proof.
  intros L R' Dl Dr.
  assert (left x = f x) as El by (apply (locally_singleton _ _ L); lra).
  assert (right x = f x) as Er by (apply (locally_singleton _ _ R'); lra).
  apply is_derive_Reals in Dl. apply is_derive_Reals in Dr. apply is_derive_Reals.
  intros eps Heps.
  destruct (Dl eps Heps) as [d1 H1]. destruct (Dr eps Heps) as [d2 H2].
  destruct L as [d3 H3]. destruct R' as [d4 H4].
  assert (0 < Rmin (Rmin d1 d2) (Rmin d3 d4)) as P.
  { repeat apply Rmin_pos; apply cond_pos. }
  exists (mkposreal _ P). intros h Hh Small. simpl in Small.
  pose proof (Rmin_l (Rmin d1 d2) (Rmin d3 d4)). pose proof (Rmin_r (Rmin d1 d2) (Rmin d3 d4)).
  pose proof (Rmin_l d1 d2). pose proof (Rmin_r d1 d2). pose proof (Rmin_l d3 d4). pose proof (Rmin_r d3 d4).
  assert (forall e : posreal, Rabs h < e -> ball x e (x + h)) as B.
  { intros e He. unfold ball; simpl; unfold AbsRing_ball, abs, minus, plus, opp; simpl.
    replace (x + h + - x) with h by ring. exact He. }
  destruct (Rle_lt_dec h 0) as [N | N].
  - rewrite <- El, <- (H3 (x + h)); [apply H1; lra | apply B; lra | lra].
  - rewrite <- Er, <- (H4 (x + h)); [apply H2; lra | apply B; lra | lra].
Qed.

(** Two different slopes on either side of a point: there is no derivative. *)
Lemma corner (f left right : R -> R) (x dl dr : R) :
  locally x (fun t => t <= x -> left t = f t) ->
  locally x (fun t => x <= t -> right t = f t) ->
  is_derive left x dl -> is_derive right x dr -> dl <> dr -> ~ ex_derive f x.
Proof.
  intros L R' Dl Dr Ne [d D]. apply Ne.
  assert (left x = f x) as El by (apply (locally_singleton _ _ L); lra).
  assert (right x = f x) as Er by (apply (locally_singleton _ _ R'); lra).
  apply is_derive_Reals in Dl. apply is_derive_Reals in Dr. apply is_derive_Reals in D.
  assert (forall e : posreal, forall h, Rabs h < e -> ball x e (x + h)) as B.
  { intros e h He. unfold ball; simpl; unfold AbsRing_ball, abs, minus, plus, opp; simpl.
    replace (x + h + - x) with h by ring. exact He. }
  assert (forall eps, 0 < eps -> Rabs (dl - d) < eps /\ Rabs (dr - d) < eps) as Close.
  { intros eps Heps.
    assert (0 < eps / 2) as Half by lra.
    destruct (Dl _ Half) as [d1 H1]. destruct (Dr _ Half) as [d2 H2]. destruct (D _ Half) as [d0 H0].
    destruct L as [d3 H3]. destruct R' as [d4 H4].
    assert (0 < Rmin d0 (Rmin (Rmin d1 d2) (Rmin d3 d4))) as P.
    { repeat apply Rmin_pos; apply cond_pos. }
    remember (Rmin d0 (Rmin (Rmin d1 d2) (Rmin d3 d4))) as m eqn:Em.
    assert (m <= d0 /\ m <= d1 /\ m <= d2 /\ m <= d3 /\ m <= d4) as (M0 & M1 & M2 & M3 & M4).
    { pose proof (Rmin_l d0 (Rmin (Rmin d1 d2) (Rmin d3 d4))). pose proof (Rmin_r d0 (Rmin (Rmin d1 d2) (Rmin d3 d4))).
      pose proof (Rmin_l (Rmin d1 d2) (Rmin d3 d4)). pose proof (Rmin_r (Rmin d1 d2) (Rmin d3 d4)).
      pose proof (Rmin_l d1 d2). pose proof (Rmin_r d1 d2). pose proof (Rmin_l d3 d4). pose proof (Rmin_r d3 d4).
      lra. }
    assert (Rabs (m / 2) < m) as Am by (rewrite Rabs_pos_eq; lra).
    assert (Rabs (- (m / 2)) < m) as An by (rewrite Rabs_Ropp; exact Am).
    split.
    - assert (- (m / 2) <> 0) as Nz by lra.
      specialize (H1 _ Nz ltac:(lra)). specialize (H0 _ Nz ltac:(lra)).
      rewrite El, (H3 (x + - (m / 2))) in H1; [| apply B; lra | lra].
      set (q := (f (x + - (m / 2)) - f x) / - (m / 2)) in *. revert H0 H1. unfold Rabs.
      repeat destruct Rcase_abs; lra.
    - assert (m / 2 <> 0) as Nz by lra.
      specialize (H2 _ Nz ltac:(lra)). specialize (H0 _ Nz ltac:(lra)).
      rewrite Er, (H4 (x + m / 2)) in H2; [| apply B; lra | lra].
      set (q := (f (x + m / 2) - f x) / (m / 2)) in *. revert H0 H2. unfold Rabs.
      repeat destruct Rcase_abs; lra. }
  assert (forall u v, (forall eps, 0 < eps -> Rabs (u - v) < eps) -> u = v) as Same.
  { intros u v H. destruct (Req_dec u v) as [E | E]; [exact E |]. exfalso.
    assert (0 < Rabs (u - v)) as Pos by (apply Rabs_pos_lt; lra).
    specialize (H _ Pos). lra. }
  transitivity d; [| symmetry]; apply Same; intros eps Heps; destruct (Close eps Heps); assumption.
Qed.

Lemma locally_when (P Q : R -> Prop) (x : R) : locally x Q -> locally x (fun t => Q t -> P t) -> locally x P.
Proof. intros HQ H. generalize (filter_and _ _ HQ H). apply filter_imp. intros t [q h]. exact (h q). Qed.

(** * Tactics *)

(** Learn a fact once. *)
Ltac learn fact :=
  let T := type of fact in
  lazymatch goal with
  | _ : T |- _ => fail
  | _ => pose proof fact
  end.

(** What is known of the values of functions that stand in the goal or in what is given. *)
Ltac ranges :=
  repeat match goal with
  | H : _ /\ _ |- _ => destruct H
  end;
  repeat match goal with
  | |- context [exp ?u] => learn (exp_pos u)
  | |- context [sigma ?u] => learn (proj1 (sigma_range u))
  | |- context [sigma ?u] => learn (proj2 (sigma_range u))
  | |- context [cosh ?u] => learn (cosh_range u)
  | |- context [PI] => learn PI_RGT_0
  | |- context [sqrt ?u] => learn (sqrt_pos u)
  | H : context [exp ?u] |- _ => learn (exp_pos u)
  | H : context [sigma ?u] |- _ => learn (proj1 (sigma_range u))
  | H : context [sigma ?u] |- _ => learn (proj2 (sigma_range u))
  end.

Ltac linear := solve [ranges; lra].

(** Prove 0 < u, 0 <= u and u <> 0 by the shape of u. *)
Ltac positive :=
  first
  [ assumption
  | linear
  | lazymatch goal with
    | |- 0 < exp _ => apply exp_pos
    | |- 0 < sqrt _ => apply sqrt_lt_R0; positive
    | |- 0 < / _ => apply Rinv_0_lt_compat; positive
    | |- 0 < _ / _ => apply Rdiv_lt_0_compat; positive
    | |- 0 < _ ^ _ => apply pow_lt; positive
    | |- 0 < _ * _ => first [apply Rmult_lt_0_compat; positive | ranges; nra]
    | |- 0 < _ + _ =>
      first
      [ apply Rplus_lt_0_compat; positive
      | apply Rplus_lt_le_0_compat; [positive | nonnegative]
      | apply Rplus_le_lt_0_compat; [nonnegative | positive]
      | ranges; nra ]
    | |- _ => ranges; nra
    end ]
with nonnegative :=
  first
  [ assumption
  | linear
  | lazymatch goal with
    | |- 0 <= _ ^ 2 => apply pow2_ge_0
    | |- 0 <= ?a * (?a * 1) => pose proof (pow2_ge_0 a); simpl in *; lra
    | |- 0 <= _ * _ => first [apply Rmult_le_pos; nonnegative | ranges; nra]
    | |- 0 <= _ + _ => first [apply Rplus_le_le_0_compat; nonnegative | ranges; nra]
    | |- 0 <= sqrt _ => apply sqrt_pos
    | |- _ => first [apply Rlt_le; positive | ranges; nra]
    end ].

Ltac nonzero :=
  first
  [ assumption
  | lazymatch goal with
    | |- _ * _ <> 0 => apply Rmult_integral_contrapositive_currified; nonzero
    | |- _ ^ _ <> 0 => apply pow_nonzero; nonzero
    | |- / _ <> 0 => apply Rinv_neq_0_compat; nonzero
    end
  | linear
  | apply Rgt_not_eq; unfold Rgt; positive
  | match goal with
    | H : _ <> _ |- _ <> 0 => let E := fresh in intro E; apply H; linear
    end
  | ranges; nra ].

(** Side conditions: a denominator that is not zero, the logarithm of something positive, h derivable where it was
    said to be. *)
Ltac side_condition :=
  first
  [ exact I
  | assumption
  | eexists; eassumption
  | lazymatch goal with
    | |- 0 < _ => positive
    | |- _ <> 0 => nonzero
    | |- _ > 0 => unfold Rgt; positive
    end
  | linear ].

Ltac side_conditions := repeat (match goal with |- _ /\ _ => split end); side_condition.

(** What the hypotheses say of the derivatives of unspecified functions. *)
Ltac unspecified :=
  repeat match goal with
  | H : is_derive ?h ?u ?d |- context [Derive ?g ?u] =>
    replace (Derive g u) with d by (symmetry; apply is_derive_unique; exact H)
  end.

(** Differentiate, and prove all conditions under which the rules hold. What remains is one equality: the derivative
    by the rules on the left, the claimed formula on the right. *)
Ltac differentiate :=
  intros; unfold Rpower, tan in *;
  repeat match goal with H : _ /\ _ |- _ => destruct H end;
  auto_derive; [side_conditions | unspecified].

(** √u · √u = u for every root in the goal. *)
Ltac roots :=
  repeat match goal with
  | |- context [sqrt ?u] =>
    lazymatch goal with
    | _ : sqrt u * sqrt u = u |- _ => fail
    | _ => assert (sqrt u * sqrt u = u) by (apply sqrt_sqrt; nonnegative);
           assert (0 < sqrt u) by (apply sqrt_lt_R0; positive)
    end
  end.

(** cos² = 1 - sin² for every angle in the goal. *)
Ltac angles :=
  repeat match goal with
  | |- context [cos ?u] =>
    lazymatch goal with
    | _ : cos u * cos u = 1 - sin u * sin u |- _ => fail
    | _ => assert (cos u * cos u = 1 - sin u * sin u)
           by (let P := fresh in pose proof (sin2_cos2 u) as P; unfold Rsqr in P; lra)
    end
  end.

(** Equality of two rational expressions, modulo what is known of roots and angles. *)
Ltac algebra :=
  solve
  [ ring
  | field; repeat split; nonzero
  | roots; angles;
    match goal with
    | A : ?a * ?a = _, B : ?b * ?b = _, C : ?c * ?c = _ |- _ => field [A B C]; repeat split; nonzero
    | A : ?a * ?a = _, B : ?b * ?b = _ |- _ => field [A B]; repeat split; nonzero
    | A : ?a * ?a = _ |- _ => field [A]; repeat split; nonzero
    end ].

(** Arguments that are equal are written alike, for [field] compares what stands under a function letter by letter. *)
Ltac merge f :=
  repeat match goal with
  | |- context [f ?a] =>
    match goal with
    | |- context [f ?b] =>
      tryif constr_eq a b then fail else replace (f a) with (f b) by (f_equal; algebra)
    end
  end.

Ltac merge_arguments :=
  merge sigma; merge softplus; merge tanh; merge erf; merge ln; merge sin; merge cos; merge atan; merge sqrt.

(** Exponentials whose exponents are equal, opposite or multiples become powers of one. *)
Ltac merge_exponentials :=
  repeat match goal with
  | |- context [exp ?a] =>
    match goal with
    | |- context [exp ?b] =>
      tryif constr_eq a b then fail else
      first
      [ replace (exp a) with (exp b) by (f_equal; algebra)
      | replace (exp a) with (/ exp b) by (rewrite <- exp_Ropp; f_equal; algebra)
      | replace (exp a) with (exp b * exp b) by (rewrite <- exp_plus; f_equal; algebra)
      | replace (exp a) with (/ exp b * / exp b) by (rewrite <- exp_Ropp, <- exp_plus; f_equal; algebra) ]
    end
  end.

(** Every exponential of a sum becomes a product. *)
Ltac split_exponentials :=
  repeat match goal with |- context [exp ?a] => progress ring_simplify a end;
  unfold Rminus; repeat first [rewrite exp_plus | rewrite exp_Ropp];
  merge_exponentials.

(** Back to exponentials, where functions of the field are not left whole. *)
Ltac written_out := unfold softplus, sigma, tanh, sinh, cosh, tan in *.

(** The identity that remains of a derivative: whole functions first, then with everything written as exponentials. *)
Ltac identity :=
  solve
  [ algebra
  | merge_arguments; merge_exponentials; algebra
  | written_out; first [algebra | merge_arguments; merge_exponentials; first [algebra | split_exponentials; algebra] ] ].

(** Decide every case distinction whose condition follows, and split the others. *)
Ltac no_switch a :=
  lazymatch a with
  | context [Rlt_dec _ _] => fail
  | context [Rle_dec _ _] => fail
  | context [Rcase_abs _] => fail
  | context [Req_EM_T _ _] => fail
  | _ => idtac
  end.

Ltac switches :=
  unfold step, sgn, Rmax, Rmin, Rabs in *;
  repeat match goal with
  | |- context [Rlt_dec ?a ?b] => no_switch a; no_switch b; destruct (Rlt_dec a b); try (exfalso; linear)
  | |- context [Rle_dec ?a ?b] => no_switch a; no_switch b; destruct (Rle_dec a b); try (exfalso; linear)
  | |- context [Rcase_abs ?a] => no_switch a; destruct (Rcase_abs a); try (exfalso; linear)
  | |- context [Req_EM_T ?a ?b] => no_switch a; no_switch b; destruct (Req_EM_T a b); try (exfalso; linear)
  end.

Ltac same_here := first [reflexivity | ring | linear | exfalso; linear | identity | ranges; nra].

Ltac continuity_here :=
  match goal with
  | |- continuous ?f ?x => apply (ex_derive_continuous f); auto_derive; side_conditions
  end.

(** Near a point: strict inequalities persist, then both sides are compared case by case. *)
Ltac near :=
  repeat match goal with H : _ /\ _ |- _ => destruct H end;
  unfold Rgt in *;
  repeat match goal with
  | H : ?a < ?b |- locally ?x _ =>
    match eval pattern x in (a < b) with
    | (fun t => @?l t < @?r t) x =>
      apply (locally_when _ (fun t => l t < r t)); [apply (near_lt l r); [continuity_here | continuity_here | exact H] |];
      clear H
    end
  end;
  apply filter_forall; let t := fresh "t" in intros t; cbv beta; intros;
  lazymatch goal with |- ?a = ?b => change (@eq R a b) end; switches;
  first
  [ same_here
  | match goal with
    | |- locally ?x _ => fail
    | _ : ?x <= t |- _ => assert (t = x) by linear
    | _ : t <= ?x |- _ => assert (t = x) by linear
    end; subst; rewrite ?exp_0, ?ln_1, ?sqrt_0, ?sin_0, ?cos_0; same_here ].

(** The same on one side of a point. *)
Ltac contradiction_here :=
  exfalso;
  first
  [ linear
  | match goal with H : _ <> _ |- _ => apply H; switches; linear end
  | ranges; nra ].

(** The claimed formula may have cases; each is an identity, or cannot happen. *)
Ltac identity_by_cases := switches; first [identity | exfalso; linear | linear | subst; identity | ranges; nra].

(** The slopes on both sides of a kink differ, because the ends of its Clarke interval do. *)
Ltac slopes_differ :=
  intro; subst; rewrite ?exp_0 in *;
  first
  [ linear
  | match goal with H : _ <> _ |- _ => apply H; linear end ].
